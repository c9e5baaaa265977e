import { describe, expect, it } from 'vitest';

import { ContextKey } from '../../../lib/context/context-key.ts';
import { UseContext } from '../../../lib/context/context.decorator.ts';
import { Context } from '../../../lib/context/context.ts';

const run = (options: object) => Context.run(options, () => undefined);

const wrong: [object, string][] = [
  [{ deadline: 5 }, 'deadline is not an option. Known: id, deadlineMs,'],
  [{ deadlineMs: 'x' }, "deadlineMs must be a number. Received 'x'"],
  [{ deadlineMs: -1 }, 'deadlineMs must be from 0 to Infinity. Received -1'],
  [{ deadlineMs: NaN }, 'deadlineMs must be from 0 to Infinity. Received NaN'],
  [{ id: '' }, 'id must be a string that is not empty'],
  [{ id: 7 }, 'id must be a string that is not empty. Received 7'],
  [{ traceparent: ['a'] }, 'traceparent must be a string'],
  [{ baggage: {} }, 'baggage must be a string'],
];

describe('options of Context.run and @UseContext', () => {
  it.each(wrong)('are refused at the call, naming option and value: %j', (options, message) => {
    expect(() => run(options)).toThrow(`Context.run.${message}`);
  });

  it.each(wrong)(
    'are refused when they decorate, naming option and value: %j',
    (options, message) => {
      expect(() => UseContext(options)).toThrow(`@UseContext.${message}`);
    },
  );

  it('are refused where a function stands in their place', () => {
    expect(() => run(() => undefined)).toThrow('Context.run must be an object');
  });

  it('accept values of a message and of another context: empty headers, unlimited time', () => {
    const brought = { traceparent: '', tracestate: '', baggage: '', deadlineMs: Infinity };
    expect(Context.run(brought, ({ remainingMs }) => remainingMs)).toBe(Infinity);
    expect(Context.run({ deadlineMs: 0.5 }, ({ remainingMs }) => remainingMs)).toBeLessThan(1);
  });

  it('give each run an id of its own', () => {
    const ids = [1, 2].map(() => Context.run({}, ({ id }) => id));
    expect(new Set(ids).size).toBe(2);
  });
});

describe('a ContextKey', () => {
  it('has a name, and is broadcast only where its options say so', () => {
    expect(new ContextKey('tenant')).toMatchObject({ name: 'tenant', broadcast: false });
    expect(new ContextKey('tenant', { broadcast: true }).broadcast).toBe(true);
  });

  it.each([
    [() => new ContextKey(''), 'The name of a ContextKey must be a string that is not empty'],
    [
      () => new ContextKey('a', { brodcast: true } as never),
      'ContextKey.brodcast is not an option',
    ],
    [() => new ContextKey('a', { broadcast: 1 as never }), 'ContextKey.broadcast must be true or'],
  ])('refuses wrong options, naming them', (make, message) => {
    expect(make).toThrow(message);
  });
});
