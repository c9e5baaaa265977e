import { DAY_MS } from '../../common/clock.ts';
import { option, required } from '../../common/options/kind.ts';
import { text, whole } from '../../common/options/kinds.ts';
import { optionGroup } from '../../common/options/option-group.ts';

export const markUpOptions = optionGroup({
  /** Address as pages show it: `10.0.0.1:80`. */
  address: required(text),
});

export const holdOptions = optionGroup({
  /** Address as pages show it: `10.0.0.1:80`. */
  address: required(text),
  /** How long to hold it down; bounded, so that a forgotten hold ends. */
  forMs: option(whole({ min: 1, max: DAY_MS }), 600_000),
});
