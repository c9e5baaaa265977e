import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BoundedQueue } from '../../../lib/common/bounded-queue.ts';

const operation = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), value: fc.integer() }),
  fc.record({ kind: fc.constant('unshift' as const), value: fc.integer() }),
  fc.constant({ kind: 'shift' as const }),
);

describe('BoundedQueue', () => {
  it('behaves like an array with a limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(operation, { maxLength: 300 }),
        (capacity, operations) => {
          const queue = new BoundedQueue<number>(capacity);
          const model: number[] = [];
          for (const one of operations) {
            if (one.kind === 'shift') {
              expect(queue.shift()).toBe(model.shift());
            } else {
              const hasRoom = model.length < capacity;
              expect(queue[one.kind](one.value)).toBe(hasRoom);
              if (hasRoom) model[one.kind](one.value);
            }
            expect(queue.length).toBe(model.length);
            expect(queue.peek()).toBe(model[0]);
            expect(queue.isFull).toBe(model.length === capacity);
          }
        },
      ),
    );
  });
});
