import { wrongOption } from '../../common/errors/wrong-use.ts';
import { abortSignal, remainingTime, timeLimit } from '../../common/options/call-options.ts';
import { optional } from '../../common/options/kind.ts';
import { flag, func, whole } from '../../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../../common/options/option-group.ts';

/** Options that only idempotent work makes use of. */
const OF_FURTHER_TRIES = ['retries', 'hedgeAfterMs', 'isRetryable'] as const;

export const runOptions = optionGroup(
  {
    /** Aborts all tries, with the signal's reason. The request's end aborts them in any case. */
    signal: optional(abortSignal),
    /** Limit of all tries together, cut to the request's remaining time. Without it: only that. */
    timeoutMs: optional(remainingTime),
    /** Whether the work may run twice, which retries and hedges require. Without it: no. */
    idempotent: optional(flag),
    /** Retries after the first try. Without it: `retry.retries` of the service. */
    retries: optional(whole({ min: 0, max: 10 })),
    /**
     * Starts the next try beside one that has run this long; the first result wins. For work with a
     * long latency tail. Without it: retries only after a failure.
     */
    hedgeAfterMs: optional(timeLimit),
    /**
     * Whether to retry after this error. Without it: yes, unless the request has ended or the
     * failure is `DEADLINE`, `THROTTLED`, `CLOSED` or `MARKED_DOWN`.
     */
    isRetryable: optional(func<(error: unknown) => boolean>()),
  },
  (name, values) => {
    if (values.idempotent !== undefined) return;
    const useless = OF_FURTHER_TRIES.find((key) => asksForTries(values[key]));
    if (useless === undefined) return;
    throw wrongOption(`${name}.${useless} is for idempotent work: set ${name}.idempotent.`);
  },
);

/** Whether an option wants more than one try: no retries and no hedge are what happens anyway. */
function asksForTries(value: unknown): boolean {
  return value !== undefined && value !== 0 && value !== Infinity;
}

/** Options of `run`. */
export interface RunOptions extends GivenOf<typeof runOptions> {}

export type ResolvedRunOptions = ResolvedOf<typeof runOptions>;
