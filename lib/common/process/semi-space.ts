import { MIB } from '../mib.ts';

/** Semi-spaces in a full young generation: two to copy between, one for large objects. */
export const SEMI_SPACES = 3;

/** Default maximum of a semi-space, and its fraction of a smaller old generation. */
export interface SemiSpaces {
  maxMib: number;
  ratio: number;
}

/** By V8 major version, measured with Node 20 and 22, with 24, and with 26. */
const BEFORE_13: SemiSpaces = { maxMib: 16, ratio: 1 / 128 };
const OF_13: SemiSpaces = { maxMib: 64, ratio: 1 / 32 };
const SINCE_14: SemiSpaces = { maxMib: 32, ratio: 1 / 64 };

/** V8's default semi-spaces. @param v8 its version */
export function semiSpacesOf(v8: string): SemiSpaces {
  const major = Number.parseInt(v8, 10);
  if (major < 13) return BEFORE_13;
  return major === 13 ? OF_13 : SINCE_14;
}

/** Semi-space as a fraction of the memory share of its process, threads included. */
const RATIO = 1 / 128;

/**
 * Semi-space size for a process or thread: large enough that a busy loop collects seldom, small in
 * a small container.
 *
 * @param shareBytes memory share of the process
 */
export function semiSpaceMib(shareBytes: number, mostMib: number): number {
  return Math.min(mostMib, Math.max(1, Math.round((shareBytes * RATIO) / MIB)));
}
