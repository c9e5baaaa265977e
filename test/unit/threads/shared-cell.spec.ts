import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SharedCell } from '../../../lib/threads/shared-cell.ts';

describe('a shared cell', () => {
  it('holds nothing at first', () => {
    expect(new SharedCell().value).toBe(0);
  });

  it('holds what any of those wrote last that share the memory', () => {
    const number = fc.nat({ max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 2 }), number), { minLength: 1 }), (writes) => {
        const own = new SharedCell();
        const cells = [
          own,
          new SharedCell(own.memory),
          new SharedCell(structuredClone(own.memory)),
        ];
        for (const [cell, value] of writes) Object.assign(cells[cell] ?? own, { value });
        const [, last] = writes.at(-1) ?? [];
        expect(cells.map(({ value }) => value)).toEqual([last, last, last]);
      }),
    );
  });
});
