import * as fc from 'fast-check';
import { expect } from 'vitest';

import { type GatedCall, ThreadGate } from '../../../lib/threads/thread-gate.ts';

const KINDS = ['submit', 'withdraw', 'add', 'release', 'remove', 'wait', 'drain'] as const;

/** One thing that happens at a gate of threads. */
export const step = fc.record({
  kind: fc.oneof(
    { weight: 4, arbitrary: fc.constant('submit' as const) },
    { weight: 7, arbitrary: fc.constantFrom(...KINDS) },
  ),
  /** Which of those that it can happen to. */
  pick: fc.nat({ max: 1_000 }),
  ms: fc.nat({ max: 30 }),
  timeoutMs: fc.constantFrom(0, 20, 100, Infinity),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A call that keeps what happened to it. */
export class FakeCall implements GatedCall<number> {
  readonly deadlineAt: number;
  readonly fates: ('started' | 'expired')[] = [];
  thread: number | undefined;
  readonly #onStart: ((call: FakeCall, thread: number) => void) | undefined;
  readonly #onExpire: ((call: FakeCall) => void) | undefined;

  constructor(
    deadlineAt = Infinity,
    onStart?: (call: FakeCall, thread: number) => void,
    onExpire?: (call: FakeCall) => void,
  ) {
    this.deadlineAt = deadlineAt;
    this.#onStart = onStart;
    this.#onExpire = onExpire;
  }

  start(thread: number): void {
    this.fates.push('started');
    this.thread = thread;
    this.#onStart?.(this, thread);
  }

  expire(): void {
    this.fates.push('expired');
    this.#onExpire?.(this);
  }
}

/** A gate under arbitrary use, beside a record of its threads and calls. */
export class ThreadGateRun {
  readonly #gate: ThreadGate<number, FakeCall>;
  readonly #maxQueue: number;
  readonly #threads = new Set<number>();
  readonly #running = new Map<number, FakeCall>();
  #waiting: FakeCall[] = [];
  readonly #calls: FakeCall[] = [];
  #now = 0;
  #nextThread = 1;

  constructor(maxQueue: number) {
    this.#maxQueue = maxQueue;
    this.#gate = new ThreadGate({ maxQueue, clock: { now: () => this.#now } });
  }

  do(one: Step): void {
    this.#steps[one.kind](one);
    this.#check();
  }

  readonly #steps: Record<Step['kind'], (one: Step) => void> = {
    submit: (one) => this.#submit(one),
    withdraw: ({ pick }) => {
      const call = this.#calls[pick % this.#calls.length];
      if (call === undefined) return;
      expect(this.#gate.withdraw(call)).toBe(this.#waiting.includes(call));
      this.#forget(call);
    },
    add: () => {
      const thread = this.#nextThread++;
      this.#threads.add(thread);
      this.#gate.add(thread);
    },
    release: ({ pick, ms }) => {
      const thread = [...this.#running.keys()][pick % this.#running.size];
      if (thread === undefined) return;
      this.#running.delete(thread);
      this.#gate.release(thread, ms);
    },
    remove: ({ pick }) => {
      const thread = [...this.#threads][pick % this.#threads.size];
      if (thread === undefined) return;
      this.#threads.delete(thread);
      this.#running.delete(thread);
      this.#gate.remove(thread);
    },
    wait: ({ ms }) => {
      this.#now += ms;
    },
    drain: ({ pick }) => {
      if (pick % 5 !== 0) return;
      expect(this.#gate.drain()).toEqual(this.#waiting);
      this.#waiting = [];
    },
  };

  #submit({ timeoutMs }: Step): void {
    const call = new FakeCall(
      this.#now + timeoutMs,
      (own, thread) => this.#started(own, thread),
      (own) => this.#expired(own),
    );
    this.#calls.push(call);
    const isFull = this.#waiting.length >= this.#maxQueue;
    const hasIdle = this.#threads.size > this.#running.size;
    const isLate = this.#now + this.#gate.waitMs > call.deadlineAt;
    const late = isLate ? 'deadline' : 'waiting';
    const busy = isFull ? 'queue' : late;
    const verdict = this.#gate.submit(call);
    expect(verdict).toBe(hasIdle ? 'started' : busy);
    if (verdict === 'waiting') this.#waiting.push(call);
  }

  /** Never on a thread that is gone or has another one, and never before one that came earlier. */
  #started(call: FakeCall, thread: number): void {
    expect(this.#threads.has(thread)).toBe(true);
    expect(this.#running.has(thread)).toBe(false);
    this.#running.set(thread, call);
    expect([undefined, call]).toContain(this.#waiting[0]);
    if (this.#waiting.includes(call)) expect(call.deadlineAt).toBeGreaterThan(this.#now);
    this.#forget(call);
  }

  #expired(call: FakeCall): void {
    expect(call.deadlineAt).toBeLessThanOrEqual(this.#now);
    expect(this.#waiting[0]).toBe(call);
    this.#forget(call);
  }

  #forget(call: FakeCall): void {
    this.#waiting = this.#waiting.filter((other) => other !== call);
  }

  #check(): void {
    const { waiting, idle, busy, ready, waitMs } = this.#gate;
    expect(ready).toBe(this.#threads.size);
    expect(busy).toBe(this.#running.size);
    expect(busy).toBeLessThanOrEqual(ready);
    expect(idle).toBe(ready - busy);
    expect(waiting).toBe(this.#waiting.length);
    expect(waiting).toBeLessThanOrEqual(this.#maxQueue);
    expect(idle > 0 && waiting > 0, 'a thread idles while calls wait').toBe(false);
    expect(waitMs).toBeGreaterThanOrEqual(0);
    for (const { fates } of this.#calls) expect(fates.length).toBeLessThanOrEqual(1);
  }
}
