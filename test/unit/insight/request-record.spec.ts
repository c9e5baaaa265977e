import { describe, expect, it } from 'vitest';

import { ContextScope } from '../../../lib/context/context-scope.ts';
import { ManagedContext } from '../../../lib/context/managed-context.ts';
import { liveRecordOf } from '../../../lib/insight/request-record.ts';

const REQUEST = {
  raw: { method: 'GET', url: '/orders/1', headers: { 'user-agent': 'test' } },
  routeOptions: { url: '/orders/:id' },
};

function contextOf(): ManagedContext {
  return new ManagedContext(new ContextScope(), { id: 'r', startedAt: 0, deadlineAt: Infinity });
}

describe('the record of a request in flight', () => {
  it('says where it waits: for a place, in the step that began last, or in its handler', () => {
    const context = contextOf();
    const where = (): string =>
      liveRecordOf({ context, request: REQUEST, traceId: undefined }).where;
    context.isQueued = true;
    expect(where()).toBe('queue');
    context.isQueued = false;
    expect(where()).toBe('handler');
    const endCall = context.timings.start('rates.connect');
    const endThread = context.timings.start('thread Receipts.render');
    expect(where()).toBe('thread Receipts.render');
    endThread();
    expect(where()).toBe('rates.connect');
    endCall();
    expect(where()).toBe('handler');
    expect(
      liveRecordOf({ context, request: REQUEST, traceId: undefined }).steps.map(({ name }) => name),
    ).toEqual(['thread Receipts.render', 'rates.connect']);
  });
});
