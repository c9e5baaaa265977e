import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { listParameters, Pager, tieOf } from '../../../../lib/meta/api/pager.ts';
import { readQuery } from '../../../../lib/meta/api/parameter.ts';

interface Row {
  rank: number;
  id: number;
}

const place = ({ rank, id }: Row) => ({ rank, tie: tieOf(id) });

/** Reads two lists of a page to their ends; `grow` adds rows between the parts. */
function readAll(lists: { a: Row[]; b: Row[] }, limit: number, grow: () => void): Row[][] {
  const found: [Row[], Row[]] = [[], []];
  let cursor: string | undefined = '';
  for (let parts = 0; typeof cursor === 'string'; parts++) {
    expect(parts).toBeLessThan(100);
    const query = readQuery(listParameters(10), { limit: `${limit}`, cursor });
    const pager = new Pager(query, 10);
    found[0].push(...pager.take('a', lists.a, place));
    found[1].push(...pager.take('b', lists.b, place));
    cursor = pager.next ?? undefined;
    grow();
  }
  return found;
}

const rows = fc
  .array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 })
  .map((ranks) => ranks.map((rank, id) => ({ rank, id })));

describe('A list in parts', () => {
  it('has each row once, in its order, whatever comes in meanwhile.', () => {
    fc.assert(
      fc.property(rows, rows, fc.integer({ min: 1, max: 40 }), (a, b, limit) => {
        const lists = { a: [...a], b: [...b] };
        const found = readAll(lists, limit, () => lists.a.push({ rank: 9, id: lists.a.length }));
        const sorted = [a, b].map((list) =>
          list.toSorted((x, y) => y.rank - x.rank || x.id - y.id),
        );
        expect(found).toEqual(sorted);
      }),
    );
  });

  it('orders ties by number, below zero too.', () => {
    const numbers = [3, -20, 0, 100, -3, 20];
    expect(numbers.toSorted((a, b) => (tieOf(a) < tieOf(b) ? -1 : 1))).toEqual(
      numbers.toSorted((a, b) => a - b),
    );
  });

  it('refuses cursors that it did not make.', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (cursor) => {
        try {
          const query = readQuery(listParameters(10), { cursor });
          expect(new Pager(query, 10).take('a', [{ rank: 1, id: 1 }], place).length).toBeLessThan(
            2,
          );
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_BUTTRESS_META_QUERY' });
        }
      }),
    );
    for (const value of [7, [1], { a: 1 }, { a: [1] }, { a: ['1', '1'] }, { a: [1, 1] }, null]) {
      const cursor = Buffer.from(JSON.stringify(value)).toString('base64url');
      expect(() => readQuery(listParameters(10), { cursor })).toThrow('"cursor" must be');
    }
  });
});
