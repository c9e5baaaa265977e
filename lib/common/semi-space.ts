/** The young generation has three of these at most: two to copy between, one for large objects. */
export const SEMI_SPACES = 3;

/** Largest semi-space by default, in MiB, and its part of an old generation that is smaller. */
export interface SemiSpaces {
  maxMib: number;
  ratio: number;
}

/** By the major version of V8, as measured with Node 20 and 22, 24, and 26. */
const BEFORE_13: SemiSpaces = { maxMib: 16, ratio: 1 / 128 };
const OF_13: SemiSpaces = { maxMib: 64, ratio: 1 / 32 };
const SINCE_14: SemiSpaces = { maxMib: 32, ratio: 1 / 64 };

/** What V8 does by itself. @param v8 its version */
export function semiSpacesOf(v8: string): SemiSpaces {
  const major = Number.parseInt(v8, 10);
  if (major < 13) return BEFORE_13;
  return major === 13 ? OF_13 : SINCE_14;
}

/** Part of the memory of a process that one may take: all that it has, threads included. */
const RATIO = 1 / 128;

const MIB = 1 << 20;

/**
 * Half of the young generation, in mebibytes, that suits a process or a thread: large enough that a
 * busy loop is seldom collected, and small in a small container.
 *
 * @param shareBytes what its process may use
 */
export function semiSpaceMib(shareBytes: number, mostMib: number): number {
  return Math.min(mostMib, Math.max(1, Math.round((shareBytes * RATIO) / MIB)));
}
