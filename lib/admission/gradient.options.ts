import { outOfRange } from '../common/errors/wrong-use.ts';
import { option } from '../common/options/kind.ts';
import { fraction } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup } from '../common/options/option-group.ts';

const limit = fraction({ min: 1, max: 1_000_000 });

export const gradientOptions = optionGroup(
  {
    /** Limit before anything is known; raised to `min`, lowered to `max`. */
    initial: option(limit, 20),
    /** Lower bound of the limit. */
    min: option(limit, 1),
    /** Upper bound of the limit. */
    max: option(limit, 1_000),
    /** Accepted latency, as a multiple of the latency without load. */
    tolerance: option(fraction({ min: 1, max: 100 }), 1.5),
  },
  (name, { min, max }) => {
    if (max >= min) return;
    throw outOfRange(`${name}.max must be at least ${name}.min, which is ${min}. Received ${max}.`);
  },
);

/** Options of `GradientLimiter`. */
export interface GradientOptions extends GivenOf<typeof gradientOptions> {}
