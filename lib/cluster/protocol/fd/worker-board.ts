import type { WorkerUsage } from '../control-messages.ts';
import { CONNECTIONS, IN_FLIGHT, LOAD_WORDS } from '../load-words.ts';
import type { SharedReadings } from '../transport.ts';

/** Memory that the primary shares with one worker, in 32-bit words. */
const BEATS = 0;
const LOAD_AT = 1;
const SENT = 3;
const IS_ASLEEP = 4;
const IS_SIGNAL_WANTED = 5;
const LEASES_AT = 16;
/** In 64-bit floating point numbers, after all of these. */
const USAGE_AT = 16;
const USAGE_KEYS = Object.keys({
  rssBytes: 0,
  privateBytes: 0,
  heapUsedBytes: 0,
  elu: 0,
  loopDelayP99Ms: 0,
  requests: 0,
} satisfies Record<keyof WorkerUsage, number>) as (keyof WorkerUsage)[];

/**
 * Most leases of a worker that wait for their claims: what it can take in one turn of its loop.
 * Busy, it turns some times a second; with few leases that is all that it gets, however little it
 * has to do.
 */
const LEASES = 4;

export const BOARD_BYTES = 4096;

/** What primary and worker tell each other without a system call. */
export class WorkerBoard implements SharedReadings {
  readonly leases: Int32Array;
  /** Requests in flight, connections: written by the worker's table as they change. */
  readonly load: Int32Array;
  readonly #words: Int32Array;
  readonly #usage: Float64Array;

  constructor(words: Int32Array) {
    this.#words = words;
    const usageAt = words.byteOffset + USAGE_AT * Float64Array.BYTES_PER_ELEMENT;
    this.#usage = new Float64Array(words.buffer, usageAt, USAGE_KEYS.length);
    this.load = words.subarray(LOAD_AT, LOAD_AT + LOAD_WORDS);
    this.leases = words.subarray(LEASES_AT, LEASES_AT + LEASES);
  }

  /** Makes it as good as new, for another worker. */
  clear(): void {
    this.#words.fill(0);
  }

  get inFlight(): number {
    return this.load[IN_FLIGHT] ?? 0;
  }

  get connections(): number {
    return this.load[CONNECTIONS] ?? 0;
  }

  get beats(): number {
    return Atomics.load(this.#words, BEATS);
  }

  /** The worker's event loop turns. */
  beat(): void {
    Atomics.add(this.#words, BEATS, 1);
  }

  get usage(): WorkerUsage | undefined {
    // Nothing was written yet: a process has some memory.
    if (this.#usage[0] === 0) return undefined;
    const entries = USAGE_KEYS.map((key, index) => [key, this.#usage[index]]);
    return Object.fromEntries(entries) as WorkerUsage;
  }

  set usage(usage: WorkerUsage) {
    this.#usage.set(USAGE_KEYS.map((key) => usage[key]));
  }

  /** Messages that the primary sent so far. */
  get sent(): number {
    return Atomics.load(this.#words, SENT);
  }

  /** The primary sent one more. @returns whether the worker has to be woken for it */
  countSent(): boolean {
    Atomics.add(this.#words, SENT, 1);
    return Atomics.exchange(this.#words, IS_ASLEEP, 0) === 1;
  }

  /** The worker will look for messages only when woken; it must look once more after this. */
  sleep(): void {
    Atomics.store(this.#words, IS_ASLEEP, 1);
  }

  /** The primary wants a signal; it must look at the leases once more after this. */
  askForSignal(): void {
    Atomics.store(this.#words, IS_SIGNAL_WANTED, 1);
  }

  /** Whether the primary wants a signal; asked once per wish. */
  takeSignalWish(): boolean {
    return Atomics.exchange(this.#words, IS_SIGNAL_WANTED, 0) === 1;
  }
}
