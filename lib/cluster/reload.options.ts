import { DAY_MS } from '../common/clock.ts';
import { integerOption, wrongType } from '../common/options/checks.ts';
import { type Kind, option } from '../common/options/kind.ts';
import { whole } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';

/** A number of workers, or a share of them. */
export type Surge = number | `${number}%`;

const surge: Kind<Surge> = {
  accepts: '1 to 1,024, `1%` to `100%`',
  check(name, given) {
    if (typeof given === 'number') return integerOption(name, given, { min: 1, max: 1_024 });
    if (isShare(given)) return given;
    throw wrongType(name, "a number of workers, or a share of them from '1%' to '100%'", given);
  },
};

export const reloadOptions = optionGroup({
  /** Longest boot of a replacement. */
  bootTimeoutMs: option(whole({ min: 100, max: DAY_MS }), 60_000),
  /**
   * How long the first replacement, the canary, must stay well before the others start. Half of it is
   * enough once the canary has had 20 requests. 0: no canary, all start as `maxSurge` allows.
   */
  canaryMs: option(whole({ min: 0, max: DAY_MS }), 5_000),
  /** Replacements that start and prove themselves side by side: a number, or a share, rounded up. */
  maxSurge: option(surge, '25%'),
});

/** How a reload replaces all workers by the code on disk. */
export interface ReloadOptions extends GivenOf<typeof reloadOptions> {}

/** `ReloadOptions` with defaults filled in. */
export type ResolvedReloadOptions = ResolvedOf<typeof reloadOptions>;

/** Number of workers that a surge means in a group of `workers`, at least one. */
export function surgeOf(given: Surge, workers: number): number {
  if (typeof given === 'number') return given;
  return Math.max(1, Math.ceil((Number.parseInt(given, 10) * workers) / 100));
}

function isShare(given: unknown): given is `${number}%` {
  return typeof given === 'string' && /^(?:100|[1-9]\d?)%$/.test(given);
}
