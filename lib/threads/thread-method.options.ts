import type { Transferable } from 'node:worker_threads';

import { DAY_MS } from '../common/clock.ts';
import { optional } from '../common/options/kind.ts';
import { choice, fraction, func, text } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';
import { POLICIES } from './thread-kinds.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- inferred from the method, or any at all
type AnyArguments = any[];

export const threadMethodOptions = optionGroup({
  /** Id of the method in threads, where class names are minified; by default `CLASS.METHOD`. */
  id: optional(text),
  /** Name of a pool: `cpu`, `io` or one of `pools`; by default `cpu` or `io`, by the decorator. */
  pool: optional(text),
  /** Time limit including the queue; the request's deadline applies too. */
  timeoutMs: optional(fraction({ min: 1, max: DAY_MS })),
  /** How a running call is cancelled; by default as in its pool. */
  cancel: optional(choice(POLICIES)),
  /** Selects arguments to transfer instead of copying them. */
  transfer: optional(func<(...args: AnyArguments) => readonly Transferable[]>()),
  /** Size of a call, in bytes or any unit that its work grows with: for `autoOffload`. */
  size: optional(func<(...args: AnyArguments) => number>()),
});

type AnyMethodOptions = GivenOf<typeof threadMethodOptions>;

/** Options of a decorated method. Functions in them run in the caller's thread. */
// oxlint-disable-next-line typescript/no-explicit-any -- inferred from the method, or any at all
export interface ThreadMethodOptions<A extends unknown[] = any[]> extends Omit<
  AnyMethodOptions,
  'transfer' | 'size'
> {
  /** Selects arguments to transfer instead of copying them. */
  transfer?: (...args: A) => readonly Transferable[];
  /** Size of a call, in bytes or any unit that its work grows with: for `autoOffload`. */
  size?: (...args: A) => number;
}

export type ResolvedMethodOptions = ResolvedOf<typeof threadMethodOptions>;
