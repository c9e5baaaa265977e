import { describe, expect, it } from 'vitest';

import { continueTrace, traceIdOf, traceparentOf } from '../../../lib/context/trace.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const VALID = `00-${TRACE_ID}-00f067aa0ba902b7-01`;

describe('trace', () => {
  it('continues that of the caller, in a span of its own', () => {
    const trace = continueTrace(VALID, 'vendor=1');
    expect(trace).toMatchObject({
      traceId: TRACE_ID,
      parentId: '00f067aa0ba902b7',
      isSampled: true,
      state: 'vendor=1',
    });
    expect(trace.spanId).not.toBe(trace.parentId);
    expect(traceparentOf(trace)).toBe(`00-${TRACE_ID}-${trace.spanId}-01`);
  });

  it('accepts later versions, which may be longer', () => {
    expect(traceIdOf(`01-${TRACE_ID}-00f067aa0ba902b7-00-more`)).toBe(TRACE_ID);
  });

  it.each([
    ['nothing', undefined],
    ['no trace id', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['no span id', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
    ['upper case', VALID.toUpperCase()],
    ['the version that means none', VALID.replace('00-', 'ff-')],
    ['more than version 00 has', `${VALID}-more`],
    ['a later version that goes on without a dash', `01${VALID.slice(2)}more`],
    ['something cut off', VALID.slice(0, 50)],
  ])('begins one of its own for %s', (_name, traceparent) => {
    expect(traceIdOf(traceparent)).toBeUndefined();
    const trace = continueTrace(traceparent, 'vendor=1');
    expect(trace).toMatchObject({ isSampled: false, state: '' });
    expect(trace.parentId).toBeUndefined();
    expect(trace.traceId).toMatch(/^[\da-f]{32}$/);
  });

  it('drops a state that is longer than allowed', () => {
    expect(continueTrace(VALID, 'x'.repeat(513)).state).toBe('');
  });
});
