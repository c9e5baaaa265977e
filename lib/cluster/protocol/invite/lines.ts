import type { WorkerUsage } from '../control-messages.ts';
import { CONNECTIONS, IN_FLIGHT, LOAD_WORDS } from '../load-words.ts';
import type { SharedReadings } from '../transport.ts';
import type { Standing } from './standing.ts';

/** Words of every line. Times are in whole milliseconds and wrap: only differences count. */
const IS_OPEN = 0;
const TAKEN = 1;
const TAKEN_AT = 2;

/** Words of a worker's line. */
const LOAD_AT = 3;
const IS_ASLEEP = LOAD_AT + LOAD_WORDS;
const TURNED_AT = IS_ASLEEP + 1;
const BEATS = IS_ASLEEP + 2;
const MAX_CONNECTIONS = IS_ASLEEP + 3;
/** One bit per socket. */
const SERVES_AT = IS_ASLEEP + 4;
const BITS = 32;

/** Past the words, in 64-bit ones. */
const USAGE_AT = 8;
const USAGE_KEYS = Object.keys({
  rssBytes: 0,
  privateBytes: 0,
  heapUsedBytes: 0,
  elu: 0,
  loopDelayP99Ms: 0,
  requests: 0,
} satisfies Record<keyof WorkerUsage, number>) as (keyof WorkerUsage)[];

/** What every process of a group knows of one listening socket. */
export class SocketLine {
  readonly #words: Int32Array;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  clear(): void {
    this.#words.fill(0);
  }

  /** Whether workers may accept on it. */
  get isOpen(): boolean {
    return Atomics.load(this.#words, IS_OPEN) === 1;
  }

  set isOpen(isOpen: boolean) {
    Atomics.store(this.#words, IS_OPEN, isOpen ? 1 : 0);
  }

  /** Connections taken by workers so far; wraps. */
  get taken(): number {
    return Atomics.load(this.#words, TAKEN);
  }

  /** When a worker last took one. */
  get takenAt(): number {
    return Atomics.load(this.#words, TAKEN_AT);
  }

  countTaken(now: number): void {
    Atomics.store(this.#words, TAKEN_AT, Math.trunc(now));
    Atomics.add(this.#words, TAKEN, 1);
  }
}

/** What every process of a group knows of one worker. */
export class WorkerLine implements Standing, SharedReadings {
  /** Requests in flight and connections, written by the worker's table on every change. */
  readonly load: Int32Array;
  readonly #words: Int32Array;
  readonly #usage: Float64Array;

  constructor(words: Int32Array) {
    this.#words = words;
    this.load = words.subarray(LOAD_AT, LOAD_AT + LOAD_WORDS);
    const usageAt = words.byteOffset + USAGE_AT * Float64Array.BYTES_PER_ELEMENT;
    this.#usage = new Float64Array(words.buffer, usageAt, USAGE_KEYS.length);
  }

  clear(): void {
    this.#words.fill(0);
  }

  /** Whether the primary wants it to take connections. */
  get isOpen(): boolean {
    return Atomics.load(this.#words, IS_OPEN) === 1;
  }

  set isOpen(isOpen: boolean) {
    Atomics.store(this.#words, IS_OPEN, isOpen ? 1 : 0);
  }

  get hasRoom(): boolean {
    return this.connections < Atomics.load(this.#words, MAX_CONNECTIONS);
  }

  set maxConnections(most: number) {
    Atomics.store(this.#words, MAX_CONNECTIONS, most);
  }

  get inFlight(): number {
    return this.load[IN_FLIGHT] ?? 0;
  }

  get connections(): number {
    return this.load[CONNECTIONS] ?? 0;
  }

  get isAsleep(): boolean {
    return Atomics.load(this.#words, IS_ASLEEP) === 1;
  }

  /** Marks the worker as asleep. It must look for connections once more after this call. */
  sleep(): void {
    Atomics.store(this.#words, IS_ASLEEP, 1);
  }

  /** Clears the mark. @returns whether it was asleep and must be rung */
  takeSleep(): boolean {
    return Atomics.exchange(this.#words, IS_ASLEEP, 0) === 1;
  }

  get turnedAt(): number {
    return Atomics.load(this.#words, TURNED_AT);
  }

  /** Records a turn of its loop, or a ring that should bring one about. */
  turned(now: number): void {
    Atomics.store(this.#words, TURNED_AT, Math.trunc(now));
  }

  get takenAt(): number {
    return Atomics.load(this.#words, TAKEN_AT);
  }

  /** Connections that it has taken so far. */
  get taken(): number {
    return Atomics.load(this.#words, TAKEN);
  }

  countTaken(now: number): void {
    Atomics.store(this.#words, TAKEN_AT, Math.trunc(now));
    Atomics.add(this.#words, TAKEN, 1);
  }

  serves(socket: number): boolean {
    const bits = Atomics.load(this.#words, SERVES_AT + Math.floor(socket / BITS));
    return (bits & (1 << (socket % BITS))) !== 0;
  }

  setServes(socket: number, does: boolean): void {
    const at = SERVES_AT + Math.floor(socket / BITS);
    const bit = 1 << (socket % BITS);
    if (does) Atomics.or(this.#words, at, bit);
    else Atomics.and(this.#words, at, ~bit);
  }

  get beats(): number {
    return Atomics.load(this.#words, BEATS);
  }

  /** Records that the worker's event loop turned, for its supervision. */
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
}
