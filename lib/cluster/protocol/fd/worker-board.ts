import type { WorkerUsage } from '../control-messages.ts';
import { CONNECTIONS, IN_FLIGHT, LOAD_WORDS } from '../load-words.ts';
import type { SharedReadings } from '../transport.ts';

/** Layout of the memory shared with one worker, in 32-bit words. */
const BEATS = 0;
const LOAD_AT = 1;
const SENT = 3;
const IS_ASLEEP = 4;
const IS_SIGNAL_WANTED = 5;
const LEASES_AT = 16;
/** In 64-bit words, past the 32-bit ones. */
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
 * Most unclaimed leases of a worker: what it can take in one loop turn. Under load its loop turns
 * only a few times a second; with fewer leases that alone would limit what it gets, however little
 * it has to do.
 */
const LEASES = 4;

export const BOARD_BYTES = 4096;

/** State that primary and worker exchange without a system call. */
export class WorkerBoard implements SharedReadings {
  readonly leases: Int32Array;
  /** Requests in flight and connections, written by the worker's table on every change. */
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

  /** Resets the board for another worker. */
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

  /** Records that the worker's event loop turned. */
  beat(): void {
    Atomics.add(this.#words, BEATS, 1);
  }

  get usage(): WorkerUsage | undefined {
    // Nothing written yet: `rssBytes` comes first and is never 0.
    if (this.#usage[0] === 0) return undefined;
    const entries = USAGE_KEYS.map((key, index) => [key, this.#usage[index]]);
    return Object.fromEntries(entries) as WorkerUsage;
  }

  set usage(usage: WorkerUsage) {
    this.#usage.set(USAGE_KEYS.map((key) => usage[key]));
  }

  /** Messages sent by the primary so far. */
  get sent(): number {
    return Atomics.load(this.#words, SENT);
  }

  /** Counts one more message. @returns whether the worker was asleep and needs a wake-up */
  countSent(): boolean {
    Atomics.add(this.#words, SENT, 1);
    return Atomics.exchange(this.#words, IS_ASLEEP, 0) === 1;
  }

  /** Marks the worker as asleep. It must check for messages once more after this call. */
  sleep(): void {
    Atomics.store(this.#words, IS_ASLEEP, 1);
  }

  /** Requests a signal from the worker. The primary must check the leases once more after this. */
  askForSignal(): void {
    Atomics.store(this.#words, IS_SIGNAL_WANTED, 1);
  }

  /** Clears the request. @returns whether the primary had asked for a signal */
  takeSignalWish(): boolean {
    return Atomics.exchange(this.#words, IS_SIGNAL_WANTED, 0) === 1;
  }
}
