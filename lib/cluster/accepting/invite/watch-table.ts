import { MAX_SOCKETS, MAX_WORKERS } from '../../protocol/invite/board.ts';
import type { ShedReason } from '../accept-queue.ts';
import { WAIT_BUCKETS, WaitCounts } from './wait-counts.ts';

/**
 * State of a socket, a worker's bell or nothing at an index. The main thread opens and orders, and
 * the watching thread obeys and frees: it alone closes descriptors, so it never uses a number that
 * has been given to something else.
 *
 * ```
 *   FREE --> OPEN --> ENDING (accepted to the last, then shut down for all processes) --> FREE
 *                 |-> CLOSING (shut down at once) --> FREE
 *                 \-> LEAVING (this process's copy is closed) --> FREE
 * ```
 */
export const FREE = 0;
export const OPEN = 1;
export const ENDING = 2;
export const CLOSING = 3;
export const LEAVING = 4;
type EntryState = typeof FREE | typeof OPEN | typeof ENDING | typeof CLOSING | typeof LEAVING;

/** Header: whether the thread must end, and its lingering connections. */
const IS_STOPPED = 0;
const LINGERING = 1;
const HEADER_WORDS = 16;

const SOCKET_WORDS = 16;
const STATE = 0;
const FD = 1;
const REFUSES_IN_HTTP = 2;
const LIMIT = 3;
const GRACE_MS = 4;
const HEAD_SINCE = 5;
const HAS_HEAD = 6;
const ERRNO = 7;
const CLOSED = 8;
const IS_STARTED = 9;
const SHED_AT = { full: 10, age: 11, codel: 12 } as const;

const SOCKETS_AT = HEADER_WORDS;
const BELL_WORDS = 2;
const BELLS_AT = SOCKETS_AT + MAX_SOCKETS * SOCKET_WORDS;
const WAITS_AT = BELLS_AT + MAX_WORKERS * BELL_WORDS;
const WORDS = WAITS_AT + MAX_SOCKETS * WAIT_BUCKETS;

/** A listening socket to watch. */
export interface WatchedSocket {
  fd: number;
  /** Whether refused clients get an answer in plain HTTP. */
  refusesInHttp: boolean;
  /** Most connections that may wait. */
  limit: number;
  /** Time without limits of age once started, in milliseconds: see kernel-queue.ts. */
  graceMs: number;
}

/** Memory of the primary's main thread and the thread that watches. No worker can write it. */
export class WatchTable {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly sockets: readonly SocketEntry[];
  readonly bells: readonly BellEntry[];

  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ?? new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT);
    const words = new Int32Array(this.memory);
    this.#words = words;
    this.sockets = Array.from({ length: MAX_SOCKETS }, (_, index) => {
      const waits = words.subarray(WAITS_AT + index * WAIT_BUCKETS).subarray(0, WAIT_BUCKETS);
      return new SocketEntry(part(words, SOCKETS_AT, index, SOCKET_WORDS), new WaitCounts(waits));
    });
    this.bells = Array.from({ length: MAX_WORKERS }, (_, index) => {
      return new BellEntry(part(words, BELLS_AT, index, BELL_WORDS));
    });
  }

  get isStopped(): boolean {
    return Atomics.load(this.#words, IS_STOPPED) === 1;
  }

  stop(): void {
    Atomics.store(this.#words, IS_STOPPED, 1);
  }

  /** Refused connections whose clients have yet to read the refusal. */
  get lingering(): number {
    return Atomics.load(this.#words, LINGERING);
  }

  set lingering(count: number) {
    Atomics.store(this.#words, LINGERING, count);
  }
}

/** An entry of the table: a descriptor and its state. */
class BellEntry {
  protected readonly words: Int32Array;

  constructor(words: Int32Array) {
    this.words = words;
  }

  get state(): EntryState {
    return Atomics.load(this.words, STATE) as EntryState;
  }

  set state(state: EntryState) {
    Atomics.store(this.words, STATE, state);
  }

  get fd(): number {
    return this.words[FD] ?? -1;
  }

  open(fd: number): void {
    this.words[FD] = fd;
    this.state = OPEN;
  }
}

/** A listening socket in the table, with what the thread counts of it. */
export class SocketEntry extends BellEntry {
  readonly waits: WaitCounts;

  constructor(words: Int32Array, waits: WaitCounts) {
    super(words);
    this.waits = waits;
  }

  /** Adds a socket in place of a closed one. */
  add({ fd, refusesInHttp, limit, graceMs }: WatchedSocket): void {
    this.words.fill(0);
    this.waits.clear();
    this.words[REFUSES_IN_HTTP] = refusesInHttp ? 1 : 0;
    this.words[LIMIT] = limit;
    this.words[GRACE_MS] = graceMs;
    this.open(fd);
  }

  /** Whether workers may accept on it. */
  get isStarted(): boolean {
    return Atomics.load(this.words, IS_STARTED) === 1;
  }

  set isStarted(isStarted: boolean) {
    Atomics.store(this.words, IS_STARTED, isStarted ? 1 : 0);
  }

  /** Whether a predecessor still serves it: this group neither refuses nor follows anything yet. */
  get isPredecessors(): boolean {
    return this.graceMs > 0 && !this.isStarted && this.state === OPEN;
  }

  get refusesInHttp(): boolean {
    return this.words[REFUSES_IN_HTTP] === 1;
  }

  get limit(): number {
    return this.words[LIMIT] ?? 0;
  }

  get graceMs(): number {
    return this.words[GRACE_MS] ?? 0;
  }

  /** When the connection at the head arrived, in wrapping milliseconds; undefined: none waits. */
  get headSince(): number | undefined {
    if (Atomics.load(this.words, HAS_HEAD) === 0) return undefined;
    return Atomics.load(this.words, HEAD_SINCE);
  }

  set headSince(since: number | undefined) {
    if (since !== undefined) Atomics.store(this.words, HEAD_SINCE, Math.trunc(since));
    Atomics.store(this.words, HAS_HEAD, since === undefined ? 0 : 1);
  }

  shed(reason: keyof typeof SHED_AT): number {
    return Atomics.load(this.words, SHED_AT[reason]);
  }

  countShed(reason: Exclude<ShedReason, 'down'>): void {
    Atomics.add(this.words, SHED_AT[reason], 1);
  }

  /** Connections that waited when the socket was shut down. */
  get closed(): number {
    return Atomics.load(this.words, CLOSED);
  }

  set closed(count: number) {
    Atomics.store(this.words, CLOSED, count);
  }

  /** Reports that accepting failed. */
  failed(errno: number): void {
    Atomics.store(this.words, ERRNO, errno);
  }

  /** Returns the error since the last call; 0: none. */
  takeErrno(): number {
    return Atomics.exchange(this.words, ERRNO, 0);
  }
}

function part(words: Int32Array, from: number, index: number, length: number): Int32Array {
  return words.subarray(from + index * length, from + (index + 1) * length);
}
