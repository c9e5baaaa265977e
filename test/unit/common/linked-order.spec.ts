import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Linked, LinkedOrder } from '../../../lib/common/linked-order.ts';

interface Item extends Linked<Item> {
  id: number;
}

describe('LinkedOrder', () => {
  it('does what a Set does', () => {
    const move = fc.record({ id: fc.integer({ min: 0, max: 7 }), isAdd: fc.boolean() });
    fc.assert(
      fc.property(fc.array(move), (moves) => {
        const items = Array.from({ length: 8 }, (_, id): Item => {
          return { id, before: undefined, after: undefined, isIn: false };
        });
        const order = new LinkedOrder<Item>();
        const expected = new Set<number>();
        for (const { id, isAdd } of moves) {
          const [item] = items.slice(id, id + 1);
          if (item === undefined) continue;
          if (isAdd) order.add(item);
          else order.delete(item);
          if (isAdd) expected.add(id);
          else expected.delete(id);
          expect([...order].map((one) => one.id)).toEqual([...expected]);
        }
      }),
    );
  });
});
