import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ThreadAnswer, ThreadTask } from '../../../lib/threads/protocol.ts';
import {
  isOrder,
  packAnswer,
  packTask,
  unpackAnswer,
  unpackTask,
} from '../../../lib/threads/wire.ts';

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

const time = fc.oneof(fc.constant(Infinity), fc.double({ min: 0, noNaN: true }));

const context = fc.record({
  id: fc.string(),
  remainingMs: fc.option(fc.nat()),
  traceparent: fc.string(),
  tracestate: fc.string(),
  baggage: fc.string(),
  values: fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
});

const task: fc.Arbitrary<ThreadTask> = fc.record({
  id: fc.string(),
  call: fc.nat(),
  args: fc.array(fc.jsonValue()),
  buffers: optional(fc.array(fc.uint8Array())),
  context: optional(context),
  remainingMs: time,
  isTimed: fc.boolean(),
  sampled: optional(
    fc.record({
      transfer: optional(fc.array(fc.uint8Array().map(({ buffer }) => buffer))),
      copiedBytes: fc.nat(),
    }),
  ),
});

const trail = fc.record({
  steps: fc.array(fc.record({ name: fc.string(), startedAt: time, ms: time })),
  notes: fc.array(fc.tuple(fc.string(), fc.string())),
});

const times = { runMs: time, busyMs: optional(time), trail: optional(trail) };

const value: fc.Arbitrary<ThreadAnswer> = fc.record({
  outcome: fc.record({
    kind: fc.constant('value' as const),
    // A list, too: it is no answer itself.
    value: fc.jsonValue(),
    buffers: fc.constant(undefined),
  }),
  ...times,
  sample: optional(fc.record({ argumentBytes: time, resultBytes: time, readMs: time })),
});

const failure: fc.Arbitrary<ThreadAnswer> = fc.record({
  outcome: fc.record({
    kind: fc.constant('uncloneable' as const),
    path: fc.string(),
    what: fc.string(),
  }),
  ...times,
});

describe('what travels to a thread and back', () => {
  it('is the task that was sent, and no order', () => {
    fc.assert(
      fc.property(task, (sent) => {
        const packed = structuredClone(packTask(sent));
        expect(isOrder(packed)).toBe(false);
        expect(isOrder({ kind: 'close' })).toBe(true);
        expect(unpackTask(packed)).toEqual(sent);
      }),
    );
  });

  it('is the answer that was given', () => {
    fc.assert(
      fc.property(fc.oneof(value, failure), (given) => {
        expect(unpackAnswer(structuredClone(packAnswer(given)))).toEqual(given);
      }),
    );
  });
});
