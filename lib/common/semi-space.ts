/** V8 copies between two of these, and may have one more for large objects. */
export const SEMI_SPACES = 3;

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
