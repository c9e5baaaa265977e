import { option } from '../common/options/kind.ts';
import { fraction, whole } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup } from '../common/options/option-group.ts';

export const autoOffloadOptions = optionGroup({
  /** Calls that block the loop for longer are offloaded. */
  budgetMs: option(fraction({ min: 0, max: 60_000 }), 0.5),
  /** Offloaded calls of a size before a decision. */
  minSamples: option(whole({ min: 1, max: 1_000_000 }), 8),
});

/** Options of `autoOffload`. */
export interface AutoOffloadOptions extends GivenOf<typeof autoOffloadOptions> {}
