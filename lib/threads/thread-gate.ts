import type { Clock } from '../common/clock.ts';

/** A call that wants a thread. */
export interface GatedCall<T> {
  /** On the gate's clock, in milliseconds; `Infinity`: none. */
  readonly deadlineAt: number;
  /** A thread is free for it. */
  start(thread: T): void;
  /** Its deadline passed while it waited. */
  expire(): void;
}

/** `started`: on a thread, at once. */
export type GateVerdict = 'started' | 'waiting' | 'queue' | 'deadline';

export interface ThreadGateOptions {
  /** Calls that may wait. */
  maxQueue: number;
  clock: Clock;
}

/** Weight of a new value in the mean time that a call has a thread. */
const WEIGHT = 0.1;

/**
 * Gives calls to threads. Capacity is counted in threads that are ready, so whatever keeps one from
 * working is seen in the queue; and a queue that is full, or too long for the time that a call has
 * left, refuses at once. (Piscina does not bound its queue for calls that can be aborted, and gives
 * calls to threads that still boot.)
 */
export class ThreadGate<T, C extends GatedCall<T> = GatedCall<T>> {
  readonly #options: ThreadGateOptions;
  /** The one that worked last is the first to work again: its caches are warm. */
  readonly #idle: T[] = [];
  readonly #busy = new Set<T>();
  /** In the order in which they came. */
  readonly #waiting = new Set<C>();
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

  /** Threads that work or could. */
  get ready(): number {
    return this.#idle.length + this.#busy.size;
  }

  /** How long a new call would wait, about, in milliseconds; 0 while nothing is known. */
  get waitMs(): number {
    if (this.#idle.length > 0 || this.#busy.size === 0) return 0;
    return ((this.#waiting.size + 1) * this.#meanMs) / this.#busy.size;
  }

  submit(call: C): GateVerdict {
    const thread = this.#idle.pop();
    if (thread !== undefined) {
      this.#busy.add(thread);
      call.start(thread);
      return 'started';
    }
    if (this.#waiting.size >= this.#options.maxQueue) return 'queue';
    if (this.#options.clock.now() + this.waitMs > call.deadlineAt) return 'deadline';
    this.#waiting.add(call);
    return 'waiting';
  }

  /** It waits no longer. False: it did not wait. */
  withdraw(call: C): boolean {
    return this.#waiting.delete(call);
  }

  /** A thread is ready. */
  add(thread: T): void {
    if (this.#busy.has(thread) || this.#idle.includes(thread)) return;
    this.#offer(thread);
  }

  /** A thread is free again; a call had it for so long. */
  release(thread: T, tookMs = this.#meanMs): void {
    const weight = this.#meanMs === 0 ? 1 : WEIGHT;
    this.#meanMs += weight * (tookMs - this.#meanMs);
    if (this.#busy.delete(thread)) this.#offer(thread);
  }

  /** A thread is gone. */
  remove(thread: T): void {
    this.#busy.delete(thread);
    const index = this.#idle.indexOf(thread);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  /** Takes out all that wait. */
  drain(): C[] {
    const calls = [...this.#waiting];
    this.#waiting.clear();
    return calls;
  }

  #offer(thread: T): void {
    for (const call of this.#waiting) {
      this.#waiting.delete(call);
      if (call.deadlineAt <= this.#options.clock.now()) {
        call.expire();
        continue;
      }
      this.#busy.add(thread);
      call.start(thread);
      return;
    }
    this.#idle.push(thread);
  }
}
