import { DAY_MS } from '../../common/clock.ts';
import { option, optional, required } from '../../common/options/kind.ts';
import { line, whole } from '../../common/options/kinds.ts';
import { optionGroup, type ResolvedOf } from '../../common/options/option-group.ts';

export const operatorOptions = optionGroup({
  /** Name of the operator. */
  by: required(line),
});

export const failHealthOptions = optionGroup({
  /** Name of the operator. */
  by: required(line),
  /** Reason, for other operators. */
  reason: optional(line),
  /** Time until the health is restored; absent: until an operator restores it. */
  forMs: optional(whole({ min: 1_000, max: DAY_MS })),
});

/** Order to fail the health of the group. */
export type FailHealth = ResolvedOf<typeof failHealthOptions>;

export const takeOutOptions = optionGroup({
  /** Id of the worker. */
  worker: required(whole({ min: 0, max: Number.MAX_SAFE_INTEGER })),
  /** Name of the operator. */
  by: required(line),
  /** Reason, for other operators. */
  reason: optional(line),
  /** Time until it is put back. */
  forMs: option(whole({ min: 1_000, max: DAY_MS }), 1_800_000),
});

/** Order to take a worker out. */
export type TakeOut = ResolvedOf<typeof takeOutOptions>;

export const scaleOptions = optionGroup({
  /** Name of the operator. */
  by: required(line),
  /** Number of workers; absent: as configured, by the load or fixed. */
  workers: optional(whole({ min: 1, max: Number.MAX_SAFE_INTEGER })),
});

export const putBackOptions = optionGroup({
  /** Id of the worker. */
  worker: required(whole({ min: 0, max: Number.MAX_SAFE_INTEGER })),
  /** Name of the operator. */
  by: required(line),
});
