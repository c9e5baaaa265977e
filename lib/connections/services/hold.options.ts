import { DAY_MS } from '../../common/clock.ts';
import { option, required } from '../../common/options/kind.ts';
import { text, whole } from '../../common/options/kinds.ts';
import { optionGroup } from '../../common/options/option-group.ts';

/** Shortest time for which the group keeps a hold: that of any change of a setting. */
export const KEPT_MIN_MS = 1_000;

const PREFIX = 'connections.hold-down ';

/** Name under which the group keeps a hold among its settings, so that later workers have it. */
export function holdName(address: string): string {
  return PREFIX + address;
}

/** Address of a hold; undefined: another setting. */
export function heldAddress(name: string): string | undefined {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;
}

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
