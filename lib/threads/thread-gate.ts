import type { Clock } from '../common/clock.ts';

/** A call that needs a thread. */
export interface GatedCall<T> {
  /** In milliseconds on the gate's clock; `Infinity`: none. */
  readonly deadlineAt: number;
  /** Called when a thread is free. */
  start(thread: T): void;
  /** Called if its deadline passes in the queue. */
  expire(): void;
}

/** `queue`, `deadline`: refused because the queue is full or the wait too long. */
export type GateVerdict = 'started' | 'waiting' | 'queue' | 'deadline';

export interface ThreadGateOptions {
  /** Calls that may wait; it may change. */
  readonly maxQueue: number;
  clock: Clock;
}

/** A thread without a call, and since when on the gate's clock. */
export interface IdleThread<T> {
  readonly thread: T;
  readonly since: number;
}

/** Weight of a new sample in the mean duration of a call. */
const WEIGHT = 0.1;

/**
 * Assigns calls to threads. Counts only ready threads as capacity, so that a lack of them shows in
 * the queue. Refuses a call at once if the queue is full or its expected wait exceeds the call's
 * deadline. (Piscina does not bound its queue for abortable calls, and assigns calls to threads
 * that still boot.)
 */
export class ThreadGate<T, C extends GatedCall<T> = GatedCall<T>> {
  readonly #options: ThreadGateOptions;
  /** LIFO: the thread that worked last has warm caches, and the first one is idle for longest. */
  readonly #idle: IdleThread<T>[] = [];
  readonly #busy = new Set<T>();
  /** FIFO, with the time from which each call waits. */
  readonly #waiting = new Map<C, number>();
  #meanMs = 0;

  constructor(options: ThreadGateOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get idle(): number {
    return this.#idle.length;
  }

  get busy(): number {
    return this.#busy.size;
  }

  /** Threads that work or are idle. */
  get ready(): number {
    return this.#idle.length + this.#busy.size;
  }

  get longestIdle(): IdleThread<T> | undefined {
    return this.#idle[0];
  }

  /** Estimated wait of a new call; 0 while nothing is known. */
  get waitMs(): number {
    if (this.#idle.length > 0 || this.#busy.size === 0) return 0;
    return ((this.#waiting.size + 1) * this.#meanMs) / this.#busy.size;
  }

  /** Calls that have waited for at least `ms`. */
  waitingFor(ms: number): number {
    const latest = this.#options.clock.now() - ms;
    let count = 0;
    for (const since of this.#waiting.values()) {
      if (since > latest) break;
      count++;
    }
    return count;
  }

  submit(call: C): GateVerdict {
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      this.#busy.add(idle.thread);
      call.start(idle.thread);
      return 'started';
    }
    if (this.#waiting.size >= this.#options.maxQueue) return 'queue';
    const now = this.#options.clock.now();
    if (now + this.waitMs > call.deadlineAt) return 'deadline';
    this.#waiting.set(call, now);
    return 'waiting';
  }

  /** Removes a call from the queue; returns false if it was not there. */
  withdraw(call: C): boolean {
    return this.#waiting.delete(call);
  }

  /** Adds a ready thread. */
  add(thread: T): void {
    if (this.#busy.has(thread) || this.#indexOf(thread) >= 0) return;
    this.#offer(thread);
  }

  /** Frees a thread after a call of `tookMs`. */
  release(thread: T, tookMs = this.#meanMs): void {
    const weight = this.#meanMs === 0 ? 1 : WEIGHT;
    this.#meanMs += weight * (tookMs - this.#meanMs);
    if (this.#busy.delete(thread)) this.#offer(thread);
  }

  /** Removes a thread that has ended. */
  remove(thread: T): void {
    this.#busy.delete(thread);
    const index = this.#indexOf(thread);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  /** Removes and returns all waiting calls. */
  drain(): C[] {
    const calls = [...this.#waiting.keys()];
    this.#waiting.clear();
    return calls;
  }

  #indexOf(thread: T): number {
    return this.#idle.findIndex((idle) => idle.thread === thread);
  }

  #offer(thread: T): void {
    for (const call of this.#waiting.keys()) {
      this.#waiting.delete(call);
      if (call.deadlineAt <= this.#options.clock.now()) {
        call.expire();
        continue;
      }
      this.#busy.add(thread);
      call.start(thread);
      return;
    }
    this.#idle.push({ thread, since: this.#options.clock.now() });
  }
}
