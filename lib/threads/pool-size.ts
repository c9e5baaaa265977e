import type { Clock } from '../common/clock.ts';
import { threadsToStart } from './thread-demand.ts';
import type { IdleThread } from './thread-gate.ts';

/** Calls of a pool, and the threads that take them. */
interface Gate<T> {
  readonly waiting: number;
  readonly ready: number;
  readonly longestIdle: IdleThread<T> | undefined;
  waitingFor(ms: number): number;
  remove(thread: T): void;
}

/** Threads of a pool, whether they take calls or not. */
interface Threads<T> {
  /** Threads that are not gone. */
  readonly size: number;
  /** Threads that may be started now. */
  readonly room: number;
  readonly booting: number;
  /** Why none can boot, while none is ready. */
  readonly failure: Error | undefined;
  add(): void;
  end(thread: T): unknown;
}

export interface PoolSizeSetup<T> {
  limits: { readonly minThreads: number; readonly idleMs: number };
  gate: Gate<T>;
  threads: Threads<T>;
  /** Called when a thread ends because it was idle. */
  onIdled: () => void;
  clock: Clock;
  /** Schedules a callback; the returned function cancels it. */
  schedule: (callback: () => void, afterMs: number) => () => void;
}

/** A call that waits for longer is worth another thread. */
const LATE_MS = 10;

/** Starts threads of a pool as calls wait for them, and ends those that are idle for long. */
export class PoolSize<T> {
  readonly #setup: PoolSizeSetup<T>;
  #cancelLook: (() => void) | undefined;
  #cancelEnd: (() => void) | undefined;
  #isClosed = false;

  constructor(setup: PoolSizeSetup<T>) {
    this.#setup = setup;
  }

  /** Call this when a call waits: cheap, even for many in a full pool. */
  waits(): void {
    if (this.#cancelLook === undefined) this.fill();
  }

  /** Starts the threads that are missing; call this at the start, and when a thread is gone. */
  fill(): void {
    const { limits, gate, threads, schedule } = this.#setup;
    const { room, size, booting, failure } = threads;
    if (this.#isClosed || room <= 0) return;
    // After a failure no call waits: one thread is tried as though one did.
    const waiting = failure === undefined ? gate.waiting : 1;
    const late = gate.waitingFor(LATE_MS);
    const { ready } = gate;
    const least = limits.minThreads;
    const missing = threadsToStart({ waiting, late, ready, booting, size, room, least });
    for (let started = 0; started < missing; started++) threads.add();
    if (gate.waiting === 0 || this.#cancelLook !== undefined) return;
    this.#cancelLook = schedule(() => {
      this.#cancelLook = undefined;
      this.fill();
    }, LATE_MS);
  }

  /** Call this when a thread has become idle. */
  idles(): void {
    if (this.#cancelEnd === undefined) this.#shrink();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelLook?.();
    this.#cancelEnd?.();
  }

  #shrink(): void {
    const { limits, gate, threads, onIdled, clock, schedule } = this.#setup;
    if (this.#isClosed || threads.size <= limits.minThreads) return;
    while (gate.ready + threads.booting > limits.minThreads) {
      const idle = gate.longestIdle;
      if (idle === undefined) return;
      const leftMs = idle.since + limits.idleMs - clock.now();
      if (leftMs > 0) {
        this.#cancelEnd = schedule(() => {
          this.#cancelEnd = undefined;
          this.#shrink();
        }, leftMs);
        return;
      }
      gate.remove(idle.thread);
      onIdled();
      threads.end(idle.thread);
    }
  }
}
