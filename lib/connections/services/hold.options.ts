import { DAY_MS } from '../../common/clock.ts';
import { option, required } from '../../common/options/kind.ts';
import { text, whole } from '../../common/options/kinds.ts';
import { optionGroup } from '../../common/options/option-group.ts';

/** Names under which the group keeps holds among its settings. */
export const HOLD_PREFIX = 'connections.hold-down ';

/** Answer of a process to a hold, or to its end. */
export interface HoldAnswer {
  address: string;
  /** Whether this process has met the address. Absent in answers of an older release: it has. */
  isKnown?: boolean;
}

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
