import type { ResolvedBlockedLoopOptions } from './group.options.ts';

/** How often a loop that is watched gives a sign, in milliseconds. */
export const BEAT_EVERY_MS = 50;

/** What a sentinel thread needs to know. */
export interface SentinelData {
  /** One 32-bit number: the time of the last beat, see `restoreTime`. */
  beats: SharedArrayBuffer;
  blockedLoop: ResolvedBlockedLoopOptions;
  /** Where the stack of a long block is left, for whoever ends the process. */
  stackPath: string | undefined;
}

/** A block that is over. */
export interface LoopBlock {
  blockedMs: number;
  /** The innermost function first; empty when it could not be taken. */
  stack: string[];
  requestId: string | undefined;
}

/** Whole milliseconds of the machine's monotonic clock, the same in all threads. */
export function beatTime(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + Math.floor(nanoseconds / 1e6);
}

/** The time that was stored in 32 bits a while ago, which may have run over since. */
export function restoreTime(stored: number, now: number): number {
  return now - (((now | 0) - stored) | 0);
}
