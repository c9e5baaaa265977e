import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { approximateSize } from '../../../lib/threads/approximate-size.ts';

describe('the approximate size of arguments', () => {
  it.each<[string, unknown[], number]>([
    ['of none', [], 0],
    ['of a number', [1], 8],
    ['of nothing at all', [undefined, null], 16],
    ['of a text', ['x'.repeat(1_000)], 1_000],
    ['of a Buffer', [Buffer.alloc(5_000)], 5_000],
    ['of memory', [new ArrayBuffer(300)], 300],
    ['of a view, of which only it counts', [new Float64Array(100).subarray(10, 20)], 80],
    ['of a list', [['ab', 'cd', 1]], 20],
    ['of an object', [{ name: 'abcd', list: ['x'] }], 8 + 4 + (8 + 1)],
    ['of a Map, keys included', [new Map([['key', 'value']])], 8 + 3 + 5],
    ['of a Set', [new Set(['one', 'other'])], 8 + 3 + 5],
    ['of empty containers', [[], {}, new Map()], 24],
    ['of several together', ['ab', Buffer.alloc(3)], 5],
  ])('is that %s', (_what, args, size) => {
    expect(approximateSize(args)).toBe(size);
  });

  it('grows with what was not looked at', () => {
    const rows = Array.from({ length: 100_000 }, () => 'x'.repeat(100));
    expect(approximateSize([rows])).toBeGreaterThan(9_000_000);
    expect(approximateSize([rows])).toBeLessThan(11_000_000);
  });

  it('grows with the depth, too', () => {
    const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, name: 'x'.repeat(92) }));
    const size = approximateSize([{ page: 1, rows }]);
    expect(size).toBeGreaterThan(900_000);
    expect(size).toBeLessThan(1_200_000);
  });

  it('comes to an end in circles', () => {
    const circle: { self?: unknown; name: string } = { name: 'x' };
    circle.self = circle;
    expect(approximateSize([circle])).toBeLessThan(10_000);
  });

  it('looks at a few values only, however many there are', () => {
    let looks = 0;
    const list = Array.from({ length: 5_000 }, () => ({
      get value(): string {
        looks++;
        return 'x';
      },
    }));
    approximateSize([list, list]);
    expect(looks).toBeLessThanOrEqual(256);
  });

  it('is about right for lists of what is alike', () => {
    const lists = fc.tuple(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 8, max: 200 }));
    fc.assert(
      fc.property(lists, ([count, length]) => {
        const size = approximateSize([Array.from({ length: count }, () => 'x'.repeat(length))]);
        expect(size).toBeGreaterThanOrEqual(count * length);
        expect(size).toBeLessThanOrEqual(count * length * 1.1 + 8);
      }),
    );
  });

  it('is exact where all was looked at', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 200 }), (texts) => {
        const expected = 8 + texts.reduce((sum, { length }) => sum + length, 0);
        expect(approximateSize([texts])).toBeCloseTo(expected);
      }),
    );
  });
});
