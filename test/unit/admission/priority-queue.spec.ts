import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PriorityQueue, type QueueEntry } from '../../../lib/admission/priority-queue.ts';
import type { Rank } from '../../../lib/admission/priority.ts';

function drain<T>(queue: PriorityQueue<T>): T[] {
  const items: T[] = [];
  for (let next = queue.first; next !== undefined; next = queue.first) {
    queue.remove(next);
    items.push(next.item);
  }
  return items;
}

describe('a priority queue', () => {
  it('gives out rank after rank, first come, first served within one', () => {
    const queue = new PriorityQueue<string>();
    for (const [item, rank] of [
      ['c', 3],
      ['b1', 2],
      ['a', 0],
      ['b2', 2],
    ] as const) {
      queue.push(item, rank);
    }
    expect(queue.last?.item).toBe('c');
    expect(drain(queue)).toEqual(['a', 'b1', 'b2', 'c']);
    expect(queue.length).toBe(0);
  });

  it('knows how many come out before a new one', () => {
    const queue = new PriorityQueue<number>();
    for (const rank of [0, 2, 2, 3] as const) queue.push(rank, rank);
    expect(([0, 1, 2, 3] as const).map((rank) => queue.aheadOf(rank))).toEqual([1, 1, 3, 4]);
  });

  it('behaves like a sorted list', () => {
    const step = fc.record({
      kind: fc.constantFrom('push', 'push', 'remove', 'shift'),
      rank: fc.constantFrom<Rank[]>(0, 1, 2, 3),
      pick: fc.nat({ max: 1_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const pair = new Pair();
        for (const { kind, rank, pick } of steps) {
          if (kind === 'push') pair.push(rank);
          else pair.remove(kind === 'shift' ? 0 : pick);
          pair.check();
        }
        pair.end();
      }),
    );
  });
});

/** A queue beside a list of its entries that is sorted again and again. */
class Pair {
  readonly #queue = new PriorityQueue<number>();
  #sorted: QueueEntry<number>[] = [];
  #next = 0;

  push(rank: Rank): void {
    const entry = this.#queue.push(this.#next++, rank);
    this.#sorted = [...this.#sorted, entry].toSorted((a, b) => a.rank - b.rank || a.item - b.item);
  }

  remove(pick: number): void {
    const entry = this.#sorted[pick % this.#sorted.length];
    if (entry === undefined) return;
    this.#queue.remove(entry);
    this.#sorted = this.#sorted.filter((other) => other !== entry);
  }

  check(): void {
    expect(this.#queue.first).toBe(this.#sorted[0]);
    expect(this.#queue.last).toBe(this.#sorted.at(-1));
    expect(this.#queue.length).toBe(this.#sorted.length);
    for (const rank of [0, 1, 2, 3] as const) {
      const own = this.#sorted.filter((entry) => entry.rank === rank);
      expect(this.#queue.lengthOf(rank)).toBe(own.length);
    }
  }

  end(): void {
    const items = this.#sorted.map(({ item }) => item);
    expect(drain(this.#queue)).toEqual(items);
  }
}
