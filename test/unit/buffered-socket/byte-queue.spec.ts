import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { ByteQueue } from '../../../lib/buffered-socket/byte-queue.ts';
import { Delimiters } from '../../../lib/buffered-socket/bytes.ts';
import type { Delimiter } from '../../../lib/buffered-socket/delimiter-search.ts';

function delimiter(text: string): Delimiter {
  return new Delimiters().of(text);
}

/** `text` in pieces that begin at `cuts`. */
function split(text: string, cuts: readonly number[]): ByteQueue {
  const queue = new ByteQueue();
  let from = 0;
  for (const cut of [...cuts, text.length]) {
    queue.push(Buffer.from(text.slice(from, cut)));
    from = cut;
  }
  return queue;
}

/** Few letters, so that delimiters overlap themselves and nearly match. */
const text = (constraints: fc.StringConstraints): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'c'), ...constraints });

describe('find', () => {
  it.each(['\r\n', 'aab', 'abab', 'END-OF-MESSAGE'])('finds %j split at every offset', (end) => {
    const whole = `before${end}after`;
    for (let first = 0; first <= whole.length; first++) {
      for (let second = first; second <= whole.length; second++) {
        const queue = split(whole, [first, second]);
        expect(queue.find(delimiter(end), Infinity)).toBe(6);
        expect(String(queue.take(6))).toBe('before');
        queue.skip(end.length);
        expect(String(queue.take(5))).toBe('after');
      }
    }
  });

  it.each(['\r\n', 'aab', 'END-OF-MESSAGE'])('finds %j that comes byte by byte', (end) => {
    const queue = new ByteQueue();
    const wanted = delimiter(end);
    for (const letter of `before${end}`) {
      expect(queue.find(wanted, Infinity)).toBe(-1);
      queue.push(Buffer.from(letter));
    }
    expect(queue.find(wanted, Infinity)).toBe(6);
  });

  it.each([
    ['aab', 'aaab', 1],
    ['aab', 'aaaaab', 3],
    ['abab', 'abaabab', 3],
    ['aa', 'aaa', 0],
    ['abcabd', 'abcabcabd', 3],
  ])('finds %j, which overlaps itself, in %j at every split', (end, whole, index) => {
    for (let cut = 0; cut <= whole.length; cut++) {
      const queue = new ByteQueue();
      queue.push(Buffer.from(whole.slice(0, cut)));
      const early = queue.find(delimiter(end), Infinity);
      expect(early).toBe(whole.slice(0, cut).indexOf(end));
      queue.push(Buffer.from(whole.slice(cut)));
      expect(queue.find(delimiter(end), Infinity)).toBe(index);
    }
  });

  it('looks at no byte twice, however many chunks come', () => {
    const chunks = 2_000;
    const queue = new ByteQueue();
    const wanted = delimiter('\r\n');
    let looked = 0;
    for (let n = 0; n < chunks; n++) {
      const chunk = Buffer.alloc(64, '.');
      const indexOf = chunk.indexOf.bind(chunk) as (needle: unknown, at: number) => number;
      vi.spyOn(chunk, 'indexOf').mockImplementation((...args: unknown[]) => {
        const [needle, at] = args as [unknown, number];
        looked += chunk.length - at;
        return indexOf(needle, at);
      });
      queue.push(chunk);
      expect(queue.find(wanted, Infinity)).toBe(-1);
    }
    // Where a chunk ends, its last byte may be the first half of a delimiter.
    expect(looked).toBeLessThan(chunks * 66);
  });

  it('stops at its limit, and finds later what it stopped before', () => {
    const queue = split('aaaabbbb\nrest', [4, 8]);
    expect(queue.find(delimiter('\n'), 4)).toBe(-1);
    expect(queue.find(delimiter('\n'), 9)).toBe(8);
  });

  it('begins anew for another delimiter and after unshift', () => {
    const queue = split('ab;cd', [2]);
    expect(queue.find(delimiter('x'), Infinity)).toBe(-1);
    expect(queue.find(delimiter(';'), Infinity)).toBe(2);
    expect(queue.find(delimiter('x'), Infinity)).toBe(-1);
    queue.unshift(Buffer.from('x'));
    expect(queue.find(delimiter('x'), Infinity)).toBe(0);
  });

  it('finds what the plain way finds, whatever happens in between', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), bytes: text({ maxLength: 5 }) }),
      fc.record({ kind: fc.constant('unshift' as const), bytes: text({ maxLength: 3 }) }),
      fc.record({
        kind: fc.constant('skip' as const),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      fc.record({
        kind: fc.constant('find' as const),
        wanted: text({ minLength: 1, maxLength: 4 }),
      }),
      fc.record({ kind: fc.constant('again' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ByteQueue();
        let plain = '';
        let wanted = 'ab';
        for (const one of steps) {
          if (one.kind === 'push') {
            queue.push(Buffer.from(one.bytes));
            plain += one.bytes;
          } else if (one.kind === 'unshift') {
            queue.unshift(Buffer.from(one.bytes));
            plain = one.bytes + plain;
          } else if (one.kind === 'skip') {
            const size = Math.floor(one.share * plain.length);
            queue.skip(size);
            plain = plain.slice(size);
          } else {
            if (one.kind === 'find') wanted = one.wanted;
            expect(queue.find(delimiter(wanted), Infinity)).toBe(plain.indexOf(wanted));
          }
          expect(queue.length).toBe(plain.length);
        }
        expect(String(queue.take(queue.length))).toBe(plain);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('take', () => {
  it('never copies what lies in one chunk, as a view', () => {
    const chunk = Buffer.from('hello world');
    const queue = new ByteQueue();
    queue.push(chunk);
    const view = queue.take(5, 'view');
    expect(view.buffer).toBe(chunk.buffer);
  });

  it('copies small parts of a chunk that should outlive it, and no large ones', () => {
    const queue = new ByteQueue();
    const chunk = Buffer.alloc(64 * 1024, 'x');
    queue.push(chunk);
    const small = queue.take(100, 'own');
    const large = queue.take(60_000, 'own');
    expect(small.buffer.byteLength).toBeLessThanOrEqual(8 * 1024);
    expect(large.buffer).toBe(chunk.buffer);
  });

  it('gives a copy that does not change with its chunk', () => {
    const queue = new ByteQueue();
    const chunk = Buffer.alloc(64 * 1024, 'x');
    queue.push(chunk);
    const peeked = queue.peek(3);
    chunk.fill('y');
    expect(String(peeked)).toBe('xxx');
  });

  it('fails for more than there is, and takes nothing', () => {
    const queue = split('abc', [1]);
    expect(() => queue.take(4)).toThrow(RangeError);
    expect(() => queue.peek(4)).toThrow(RangeError);
    expect(() => queue.skip(4)).toThrow(RangeError);
    expect(String(queue.take(3))).toBe('abc');
  });

  it('at() sees every byte across chunks', () => {
    const queue = split('abcdef', [1, 3, 5]);
    queue.skip(1);
    const seen = [0, 1, 2, 3, 4].map((index) => String.fromCharCode(queue.at(index) ?? 0));
    expect(seen.join('')).toBe('bcdef');
    expect(queue.at(5)).toBeUndefined();
  });

  it('drain gives everything, chunk by chunk', () => {
    const queue = split('abcdef', [2, 4]);
    queue.skip(1);
    expect(queue.drain().map(String)).toEqual(['b', 'cd', 'ef']);
    expect(queue.length).toBe(0);
  });
});

describe('Delimiters', () => {
  it('sees that a delimiter was written into', () => {
    const delimiters = new Delimiters();
    const bytes = Buffer.from('a');
    const first = delimiters.of(bytes);
    expect(delimiters.of(bytes)).toBe(first);
    bytes[0] = 0x62;
    expect(String(delimiters.of(bytes).bytes)).toBe('b');
    expect(String(first.bytes)).toBe('a');
  });

  it('takes any Uint8Array, and nothing else', () => {
    const delimiters = new Delimiters();
    expect(String(delimiters.of(Uint8Array.of(0x61, 0x62)).bytes)).toBe('ab');
    expect(() => delimiters.of(10 as never)).toThrow(TypeError);
  });
});
