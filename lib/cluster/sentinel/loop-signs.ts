import type { ResolvedBlockedLoopOptions } from '../group.options.ts';
import type { LoopSign } from './block-watch.ts';
import type { StackRequestsOptions } from './stack-requests.ts';

/** Start data of a sentinel thread. */
export interface SentinelData {
  /** See `LoopSigns`. */
  signs: SharedArrayBuffer;
  /** Process id of the primary, without which this process has no purpose. */
  primary: number;
  /** When stacks are taken; undefined: never. */
  blockedLoop: ResolvedBlockedLoopOptions | undefined;
  /** File for the stack of a long block, which outlives the process. */
  stackPath: string | undefined;
  /** Where stacks are asked for; undefined: nowhere. */
  requests: StackRequestsOptions | undefined;
}

/** A block that is over. */
export interface LoopBlock {
  blockedMs: number;
  /** Innermost frame first; empty when it could not be taken. */
  stack: string[];
  requestId: string | undefined;
}

const AT = 0;
const NEXT_AT = 1;
/** Never written: waiting for its change is a sleep. */
const STILL = 2;
const IS_GIVEN = 3;
const IS_DEBUGGED = 4;
const WORDS = 5;

/** Last sign of an event loop, in memory shared with the thread that watches it. */
export class LoopSigns {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** Gives a sign: the loop turns, and the next sign follows in `nextInMs`. */
  give(nextInMs: number): void {
    const now = signTime();
    // Later time first: a read between the two stores sees the loop on time, not late.
    Atomics.store(this.#words, NEXT_AT, (now + nextInMs) | 0);
    Atomics.store(this.#words, AT, now | 0);
    if (!this.areGiven) Atomics.store(this.#words, IS_GIVEN, 1);
  }

  /** Whether any sign was given: until then startup blocks the loop, as expected. */
  get areGiven(): boolean {
    return Atomics.load(this.#words, IS_GIVEN) === 1;
  }

  /** Whether a debugger may stop the loop: its pauses prove nothing, ours would disturb it. */
  get isDebugged(): boolean {
    return Atomics.load(this.#words, IS_DEBUGGED) === 1;
  }

  set isDebugged(isDebugged: boolean) {
    Atomics.store(this.#words, IS_DEBUGGED, isDebugged ? 1 : 0);
  }

  read(now: number): LoopSign {
    return {
      at: restoreTime(Atomics.load(this.#words, AT), now),
      nextAt: restoreTime(Atomics.load(this.#words, NEXT_AT), now),
    };
  }

  /** Blocks the calling thread; wakes less of the process than a timer of an event loop would. */
  sleep(ms: number): void {
    Atomics.wait(this.#words, STILL, 0, ms);
  }
}

/** Whole milliseconds of the machine's monotonic clock, the same in all threads. */
export function signTime(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + Math.floor(nanoseconds / 1e6);
}

/** Restores a time from its low 32 bits, which may have wrapped since. */
export function restoreTime(stored: number, now: number): number {
  return now - (((now | 0) - stored) | 0);
}
