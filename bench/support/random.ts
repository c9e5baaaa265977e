/** A source of numbers from 0 up to 1, like `Math.random`. */
export type Random = () => number;

const TWO_TO_32 = 2 ** 32;

/**
 * Numbers that are the same for the same seed, so that a bound can be computed again. Xorshift
 * with 32 bits of state (Marsaglia, "Xorshift RNGs", 2003): plenty for drawing samples.
 */
export function seededRandom(seed: number): Random {
  // All-zero state would stay zero.
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / TWO_TO_32;
  };
}
