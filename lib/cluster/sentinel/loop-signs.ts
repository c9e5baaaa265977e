import type { ResolvedBlockedLoopOptions } from '../group.options.ts';
import type { LoopSign } from './block-watch.ts';

/** What a sentinel thread needs to know. */
export interface SentinelData {
  /** See `LoopSigns`. */
  signs: SharedArrayBuffer;
  /** The process id of the primary: without it the process has nothing to do any more. */
  primary: number;
  /** When stacks are taken; undefined: never. */
  blockedLoop: ResolvedBlockedLoopOptions | undefined;
  /** Where the stack of a long block outlives the process. */
  stackPath: string | undefined;
}

/** A block that is over. */
export interface LoopBlock {
  blockedMs: number;
  /** The innermost function first; empty when it could not be taken. */
  stack: string[];
  requestId: string | undefined;
}

const AT = 0;
const NEXT_AT = 1;
/** Never written: a wait for its change is a sleep. */
const STILL = 2;
const IS_GIVEN = 3;
const IS_DEBUGGED = 4;
const WORDS = 5;

/** The last sign of an event loop, in memory that is shared with the thread that watches it. */
export class LoopSigns {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** The loop turns, and gives its next sign in `nextInMs` milliseconds. */
  give(nextInMs: number): void {
    const now = signTime();
    // The later time first: between the two the loop seems to be in time, not late.
    Atomics.store(this.#words, NEXT_AT, (now + nextInMs) | 0);
    Atomics.store(this.#words, AT, now | 0);
    if (!this.areGiven) Atomics.store(this.#words, IS_GIVEN, 1);
  }

  /** Whether the loop has given any: a start blocks it by nature. */
  get areGiven(): boolean {
    return Atomics.load(this.#words, IS_GIVEN) === 1;
  }

  /** Whether a debugger may stop the loop: then its pauses tell nothing, and ours would be seen. */
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

  /** Blocks the calling thread. Wakes less of the process than a timer of an event loop does. */
  sleep(ms: number): void {
    Atomics.wait(this.#words, STILL, 0, ms);
  }
}

/** Whole milliseconds of the machine's monotonic clock, the same in all threads. */
export function signTime(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + Math.floor(nanoseconds / 1e6);
}

/** The time that was stored in 32 bits a while ago, which may have run over since. */
export function restoreTime(stored: number, now: number): number {
  return now - (((now | 0) - stored) | 0);
}
