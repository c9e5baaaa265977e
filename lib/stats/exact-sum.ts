/** Parts of one: about a millionth is the finest that a sum tells. */
const PARTS = 2 ** 20;

/** Sums from here on have no room for parts in a double. */
const LARGE = 2 ** 33;

/**
 * Rounds an amount down to a multiple that doubles add up without an error, in any order. Otherwise
 * the sum over processes may fall by its last bit when one of them ends, because its amount is
 * added at another place; Prometheus takes that for a restart.
 */
export function exactAmount(amount: number): number {
  return Math.abs(amount) < LARGE ? Math.floor(amount * PARTS) / PARTS : amount;
}
