import { DAY_MS } from '../common/clock.ts';
import { optionName, notLess } from '../common/options/checks.ts';
import { derived, option } from '../common/options/kind.ts';
import { whole } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';

const upToADay = whole({ min: 0, max: DAY_MS });

export const drainOptions = optionGroup(
  {
    /**
     * How long requests are still served after SIGTERM while `/readyz` reports not ready, until
     * load balancers have noticed. Skipped on Ctrl-C.
     */
    lameDuckMs: option(upToADay, 0),
    /** How long an idle connection stays open for a request on its way. */
    idleGraceMs: option(
      upToADay,
      derived('2,000; 0 in development', ({ isDevelopment }) => (isDevelopment ? 0 : 2_000)),
    ),
    /** How long requests in flight may take. */
    requestTimeoutMs: option(upToADay, 20_000),
    /** When WebSockets get a close frame (1001) and event streams end, from the drain's start. */
    streamGraceMs: option(
      upToADay,
      derived(
        'min(18,000, `requestTimeoutMs`); 0 in development',
        ({ isDevelopment }, { requestTimeoutMs }: { requestTimeoutMs: number }) =>
          isDevelopment ? 0 : Math.min(18_000, requestTimeoutMs),
      ),
    ),
    /**
     * Time from the end of the lame duck after which a process that still runs is killed; at least `requestTimeoutMs`. Give the orchestrator more than `lameDuckMs` + `killAfterMs`.
     */
    killAfterMs: option(whole({ min: 100, max: DAY_MS }), 28_000),
  },
  (name, { killAfterMs, requestTimeoutMs }) => {
    notLess(optionName(name, 'killAfterMs'), killAfterMs, 'requestTimeoutMs', requestTimeoutMs);
  },
);

/** Time limits of a drain. */
export interface DrainOptions extends GivenOf<typeof drainOptions> {}

/** `DrainOptions` with defaults filled in. */
export type ResolvedDrainOptions = ResolvedOf<typeof drainOptions>;

/** Time limits of the drain of one process, which follows the lame duck. */
export type DrainLimits = Omit<ResolvedDrainOptions, 'lameDuckMs'>;
