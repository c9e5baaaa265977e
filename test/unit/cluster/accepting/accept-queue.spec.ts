import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  AcceptQueue,
  type ShedReason,
  type Waiting,
} from '../../../../lib/cluster/accepting/accept-queue.ts';
import { StandingQueue } from '../../../../lib/cluster/accepting/standing-queue.ts';

interface Shed {
  item: number;
  reason: ShedReason;
}

function makeQueue(options: { maxQueue?: number; maxWaitMs?: number } = {}): {
  queue: AcceptQueue<number>;
  shed: Shed[];
} {
  const shed: Shed[] = [];
  const queue = new AcceptQueue<number>({
    maxQueue: 4,
    maxWaitMs: 500,
    standing: new StandingQueue({ targetMs: 20, intervalMs: 200 }),
    shed: (item, reason) => shed.push({ item, reason }),
    ...options,
  });
  return { queue, shed };
}

function sum(queue: AcceptQueue<number>): number {
  const { handed, pending, closed, length, shed } = queue.counts();
  return handed + pending + closed + length + shed.full + shed.age + shed.codel + shed.down;
}

/** Waits of those refused while one connection is served every 6 ms, the shortest first. */
function refusedOf(perSecond: number, forMs: number): number[] {
  const { queue, shed } = makeQueue({ maxQueue: 128 });
  const arrivals = Array.from({ length: (perSecond * forMs) / 1_000 }, (_, at) =>
    Math.floor((at * 1_000) / perSecond),
  );
  const waits: number[] = [];
  for (let now = 0, next = 0; now < 1_000; now++) {
    while (arrivals[next] === now) queue.accept(next++, now);
    const taken = now % 6 === 0 ? queue.take(now) : undefined;
    if (taken !== undefined) queue.settle(taken);
    for (const { item } of shed.splice(0)) waits.push(now - (arrivals[item] ?? now));
  }
  return waits.toSorted((a, b) => a - b);
}

describe('AcceptQueue', () => {
  it('sheds what does not fit', () => {
    const { queue, shed } = makeQueue({ maxQueue: 2 });
    for (const item of [1, 2, 3]) queue.accept(item, 0);
    expect(shed).toEqual([{ item: 3, reason: 'full' }]);
    expect(queue.length).toBe(2);
  });

  it('keeps the place of what is on its way to a worker', () => {
    const { queue, shed } = makeQueue({ maxQueue: 1 });
    queue.accept(1, 0);
    const taken = queue.take(0);
    queue.accept(2, 0);
    expect(shed).toEqual([{ item: 2, reason: 'full' }]);
    queue.giveBack(taken as Waiting<number>);
    expect(queue.take(0)?.item).toBe(1);
  });

  it('sheds what waited too long, at the head and on the way to a worker', () => {
    const { queue, shed } = makeQueue({ maxWaitMs: 100 });
    queue.accept(1, 0);
    queue.accept(2, 50);
    queue.accept(3, 150);
    queue.sweep(101);
    expect(shed).toEqual([{ item: 1, reason: 'age' }]);
    expect(queue.take(160)?.item).toBe(3);
    expect(shed.at(-1)).toEqual({ item: 2, reason: 'age' });
  });

  it('keeps the first time stamp of a connection that comes back', () => {
    const { queue, shed } = makeQueue({ maxWaitMs: 100 });
    queue.accept(1, 0);
    queue.giveBack(queue.take(90) as Waiting<number>);
    queue.sweep(101);
    expect(shed).toEqual([{ item: 1, reason: 'age' }]);
  });

  it('does not take the wait for a blocked worker for a standing queue', () => {
    const { queue, shed } = makeQueue();
    for (const start of [0, 1_000]) {
      queue.accept(start, start);
      queue.giveBack(queue.take(start) as Waiting<number>);
      queue.giveBack(queue.take(start + 100) as Waiting<number>);
      queue.settle(queue.take(start + 205) as Waiting<number>);
    }
    expect(shed).toEqual([]);
  });

  it('refuses early from the start of an overload, and nobody for a burst that it can serve', () => {
    const overload = refusedOf(900, 1_000);
    expect(overload.length).toBeGreaterThan(600);
    expect(overload[Math.floor(overload.length * 0.9)]).toBeLessThan(60);
    expect(refusedOf(1_500, 35)).toEqual([]);
  });

  it('counts what it gives up at the end as closed', () => {
    const { queue } = makeQueue();
    queue.accept(1, 0);
    queue.accept(2, 0);
    const given: number[] = [];
    queue.close((item) => given.push(item));
    expect(given).toEqual([1, 2]);
    expect(queue.counts()).toMatchObject({ accepted: 2, closed: 2, length: 0 });

    queue.accept(3, 10);
    expect(given).toEqual([1, 2, 3]);
    expect(queue.counts()).toMatchObject({ accepted: 3, closed: 3, length: 0 });
  });

  it('measures the wait until the hand-off that worked', () => {
    const { queue } = makeQueue();
    queue.accept(1, 0);
    queue.giveBack(queue.take(10) as Waiting<number>);
    queue.settle(queue.take(30) as Waiting<number>);
    expect(queue.ages()).toMatchObject({ count: 1, max: 30 });
  });

  it('holds its bound, its order and its sum, whatever happens', () => {
    const step = fc.record({
      kind: fc.constantFrom('accept', 'take', 'settle', 'giveBack', 'sweep', 'refuse'),
      afterMs: fc.nat({ max: 120 }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(step, { maxLength: 300 }),
        (max, steps) => {
          const run = new Run(max);
          for (const { kind, afterMs } of steps) {
            run.now += afterMs;
            run[kind]();
            run.check();
          }
          run.end();
        },
      ),
    );
  });
});

const MAX_WAIT_MS = 200;

/** A queue under arbitrary use, with a record of where every connection went. */
class Run {
  now = 0;
  readonly #queue: AcceptQueue<number>;
  readonly #shed: Shed[];
  readonly #maxQueue: number;
  readonly #taken: Waiting<number>[] = [];
  readonly #settled: number[] = [];
  #next = 0;

  constructor(maxQueue: number) {
    const { queue, shed } = makeQueue({ maxQueue, maxWaitMs: MAX_WAIT_MS });
    this.#queue = queue;
    this.#shed = shed;
    this.#maxQueue = maxQueue;
  }

  accept(): void {
    this.#queue.accept(this.#next++, this.now);
  }

  refuse(): void {
    this.#queue.acceptAndShed(this.#next++, 'down');
  }

  sweep(): void {
    this.#queue.sweep(this.now);
  }

  take(): void {
    const one = this.#queue.take(this.now);
    if (one === undefined) return;
    expect(this.now - one.acceptedAt).toBeLessThanOrEqual(MAX_WAIT_MS);
    this.#taken.push(one);
  }

  settle(): void {
    const last = this.#taken.pop();
    if (last === undefined) return;
    this.#queue.settle(last);
    this.#settled.push(last.item);
  }

  /** What was taken last comes back first, so the head is the oldest again. */
  giveBack(): void {
    const last = this.#taken.pop();
    if (last !== undefined) this.#queue.giveBack(last);
  }

  check(): void {
    const { accepted, pending, length } = this.#queue.counts();
    expect(accepted).toBe(this.#next);
    expect(sum(this.#queue)).toBe(accepted);
    expect(length + pending).toBeLessThanOrEqual(this.#maxQueue);
    expect(pending).toBe(this.#taken.length);
  }

  /** Every connection went to exactly one place, and what was left is in order. */
  end(): void {
    const left: number[] = [];
    this.#queue.close((item) => left.push(item));
    const items = [...this.#shed, ...this.#taken].map(({ item }) => item);
    const everything = [...items, ...this.#settled, ...left].toSorted((a, b) => a - b);
    expect(everything).toEqual(Array.from({ length: this.#next }, (_, i) => i));
    expect(left).toEqual(left.toSorted((a, b) => a - b));
  }
}
