import { describe, expect, it } from 'vitest';

import { PoolSize } from '../../../lib/threads/pool-size.ts';
import { ThreadGate } from '../../../lib/threads/thread-gate.ts';
import { FakeCall } from './thread-gate-run.ts';

interface Given {
  minThreads?: number;
  most?: number;
  idleMs?: number;
}

/** A pool whose threads boot and end as the test says, on its clock. */
class FakePool {
  readonly gate: ThreadGate<number, FakeCall>;
  readonly size: PoolSize<number>;
  readonly clock = { at: 0, now: () => this.clock.at };
  readonly booting = new Set<number>();
  readonly ending: number[] = [];
  idled = 0;
  failure: Error | undefined;
  isBackingOff = false;
  #present = 0;
  #lastId = 0;
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  constructor({ minThreads = 0, most = 4, idleMs = 1_000 }: Given = {}) {
    this.gate = new ThreadGate({ maxQueue: 100, clock: this.clock });
    const present = (): number => this.#present;
    const room = (): number => (this.isBackingOff ? 0 : most - this.#present);
    const failure = (): Error | undefined => this.failure;
    const { booting } = this;
    this.size = new PoolSize({
      limits: { minThreads, idleMs },
      gate: this.gate,
      threads: {
        get size() {
          return present();
        },
        get room() {
          return room();
        },
        get booting() {
          return booting.size;
        },
        get failure() {
          return failure();
        },
        add: () => {
          this.#present++;
          booting.add(++this.#lastId);
        },
        end: (thread) => this.ending.push(thread),
      },
      onIdled: () => this.idled++,
      clock: this.clock,
      schedule: (callback, afterMs) => {
        const timer = { at: this.clock.at + afterMs, callback };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
      },
    });
  }

  get timers(): number {
    return this.#timers.size;
  }

  call(): FakeCall {
    const call = new FakeCall();
    if (this.gate.submit(call) === 'waiting') this.size.waits();
    return call;
  }

  /** Makes all threads ready that boot. */
  boot(): void {
    for (const thread of this.booting) {
      this.booting.delete(thread);
      this.gate.add(thread);
      this.size.idles();
    }
  }

  done(call: FakeCall): void {
    this.gate.release(call.thread ?? 0, 1);
    this.size.idles();
  }

  gone(thread: number): void {
    this.#present--;
    this.gate.remove(thread);
    this.size.fill();
  }

  pass(ms: number): void {
    const until = this.clock.at + ms;
    for (;;) {
      const [next] = [...this.#timers].toSorted((a, b) => a.at - b.at);
      if (next === undefined || next.at > until) break;
      this.#timers.delete(next);
      this.clock.at = next.at;
      next.callback();
    }
    this.clock.at = until;
  }
}

describe('a pool of threads', () => {
  it('has none before its first call, and one then', () => {
    const pool = new FakePool();
    pool.size.fill();
    pool.pass(60_000);
    expect([pool.booting.size, pool.timers]).toEqual([0, 0]);
    const call = pool.call();
    expect(pool.booting.size).toBe(1);
    pool.pass(200);
    expect(pool.booting.size).toBe(1);
    pool.boot();
    expect(call.fates).toEqual(['started']);
  });

  it('grows only for calls that have waited for 10 ms, to twice its threads at most', () => {
    const pool = new FakePool();
    const [first] = Array.from({ length: 9 }, () => pool.call());
    pool.boot();
    expect(first?.fates).toEqual(['started']);
    expect(pool.booting.size).toBe(0);
    pool.pass(9);
    expect(pool.booting.size).toBe(0);
    pool.pass(1);
    expect(pool.booting.size).toBe(1);
    pool.pass(100);
    expect(pool.booting.size).toBe(1);
    pool.boot();
    pool.pass(10);
    expect(pool.booting.size).toBe(2);
  });

  it('has no more than it may have', () => {
    const pool = new FakePool({ most: 2 });
    for (let calls = 0; calls < 9; calls++) pool.call();
    for (let round = 0; round < 5; round++) {
      pool.pass(100);
      pool.boot();
    }
    expect([pool.gate.ready, pool.booting.size]).toEqual([2, 0]);
  });

  it('starts no more threads for calls that are served soon', () => {
    const pool = new FakePool();
    const first = pool.call();
    pool.boot();
    const second = pool.call();
    pool.pass(5);
    pool.done(first);
    expect(second.fates).toEqual(['started']);
    pool.pass(1_000);
    expect([pool.booting.size, pool.timers]).toEqual([0, 0]);
  });

  it('has another thread for calls that wait, when one is gone', () => {
    const pool = new FakePool({ most: 1 });
    const running = pool.call();
    pool.boot();
    pool.call();
    pool.gone(running.thread ?? 0);
    expect(pool.booting.size).toBe(1);
  });

  it('starts the threads that it always has, at once and again', () => {
    const pool = new FakePool({ minThreads: 2 });
    pool.size.fill();
    expect(pool.booting.size).toBe(2);
    pool.boot();
    pool.gone(1);
    expect(pool.booting.size).toBe(1);
  });
});

describe('an idle thread', () => {
  it('ends when its time is over, and the pool has none then', () => {
    const pool = new FakePool();
    const call = pool.call();
    pool.boot();
    pool.pass(5_000);
    pool.done(call);
    pool.pass(999);
    expect(pool.ending).toEqual([]);
    pool.pass(1);
    expect(pool.ending).toEqual([1]);
    expect([pool.gate.ready, pool.idled, pool.timers]).toEqual([0, 1, 0]);
  });

  it('has its whole time after each call', () => {
    const pool = new FakePool();
    pool.call();
    pool.boot();
    pool.gate.release(1, 1);
    pool.size.idles();
    for (let calls = 0; calls < 5; calls++) {
      pool.pass(900);
      pool.done(pool.call());
    }
    expect(pool.ending).toEqual([]);
    pool.pass(1_000);
    expect(pool.ending).toEqual([1]);
  });

  it('stays where the pool always has it', () => {
    const pool = new FakePool({ minThreads: 1 });
    pool.size.fill();
    pool.boot();
    pool.pass(10_000);
    expect([pool.ending, pool.timers]).toEqual([[], 0]);
  });

  it('ends alone, the one that was idle for longest, while the others work', () => {
    const pool = new FakePool({ minThreads: 1 });
    pool.size.fill();
    pool.boot();
    const [first, second] = [pool.call(), pool.call()];
    pool.pass(10);
    pool.boot();
    expect([first.thread, second.thread]).toEqual([1, 2]);
    pool.done(first);
    pool.pass(1_000);
    expect(pool.ending).toEqual([1]);
    pool.done(second);
    pool.pass(1_000);
    expect(pool.ending).toEqual([1]);
  });

  it('is replaced once it is gone, not before, when a call comes', () => {
    const pool = new FakePool({ most: 1 });
    const call = pool.call();
    pool.boot();
    pool.done(call);
    pool.pass(1_000);
    const next = pool.call();
    expect([next.fates, pool.booting.size]).toEqual([[], 0]);
    pool.gone(1);
    expect(pool.booting.size).toBe(1);
    pool.boot();
    expect(next.fates).toEqual(['started']);
  });
});

describe('a pool whose threads can not boot', () => {
  it('tries one again when it may, though no call waits', () => {
    const pool = new FakePool({ minThreads: 0 });
    pool.failure = new Error('no such table');
    pool.isBackingOff = true;
    pool.size.fill();
    expect(pool.booting.size).toBe(0);
    pool.isBackingOff = false;
    pool.size.fill();
    pool.size.fill();
    expect(pool.booting.size).toBe(1);
  });
});

describe('a pool that is closed', () => {
  it('starts and ends no thread, and has no timer', () => {
    const pool = new FakePool();
    pool.call();
    pool.boot();
    pool.call();
    expect(pool.timers).toBe(1);
    pool.size.close();
    expect(pool.timers).toBe(0);
    pool.size.fill();
    pool.gate.release(1, 1);
    pool.size.idles();
    pool.pass(60_000);
    expect([pool.booting.size, pool.ending]).toEqual([0, []]);
  });
});
