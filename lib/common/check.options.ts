import { booleanOption, integerOption, objectOption, stringOption } from './options/checks.ts';

/** Options that checks of liveness and readiness share. */
export interface CheckOptions {
  /** @default class and method */
  name?: string;
  /** Time limit, from 1 to 10_000; a check that exceeds it has failed. */
  timeoutMs?: number;
}

export interface ResolvedCheck {
  readonly name: string | undefined;
  readonly timeoutMs: number;
  readonly cacheMs: number;
  readonly counts: boolean;
}

/** Options of either decorator. */
interface AllOptions extends CheckOptions {
  cacheMs?: number;
  counts?: boolean;
}

/**
 * Resolves the options of a decorator; `name` and the keys of `defaults` are those it knows.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function resolveCheck(
  decorator: string,
  options: AllOptions,
  defaults: Omit<AllOptions, 'name'> & { timeoutMs: number },
): ResolvedCheck {
  const known = ['name', ...Object.keys(defaults)] as (keyof AllOptions)[];
  const given = objectOption(decorator, options, known);
  const { name, timeoutMs = defaults.timeoutMs, cacheMs = defaults.cacheMs } = given;
  const { counts = defaults.counts } = given;
  return {
    name: name === undefined ? undefined : stringOption(`${decorator}.name`, name),
    timeoutMs: integerOption(`${decorator}.timeoutMs`, timeoutMs, { min: 1, max: 10_000 }),
    cacheMs: integerOption(`${decorator}.cacheMs`, cacheMs ?? 0, { min: 0, max: 600_000 }),
    counts: booleanOption(`${decorator}.counts`, counts ?? true),
  };
}
