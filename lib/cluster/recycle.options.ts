import { DAY_MS } from '../common/clock.ts';
import { MIB } from '../common/mib.ts';
import { optionName, notLess } from '../common/options/checks.ts';
import { derived, option, optional } from '../common/options/kind.ts';
import { whole } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';

const GIB = 1 << 30;
const MAX_BYTES = 2 ** 50;

export const recycleOptions = optionGroup(
  {
    /**
     * Private memory over which a worker is replaced; ±10 % per worker, so that not all reach it
     * together. Counts memory that no other process shares. At least 1.25 times the worker's memory
     * at READY plus 64 MiB.
     */
    maxRssBytes: option(
      whole({ min: MIB, max: MAX_BYTES }),
      derived(
        '1 GiB, or 80 % of available memory divided by `workers`, if less',
        ({ memoryBytes, workers }) =>
          Math.max(MIB, Math.min(GIB, Math.floor((0.8 * memoryBytes) / workers))),
      ),
    ),
    /**
     * Private memory over which a worker drains for at most 3 s without waiting for a successor. At
     * least `maxRssBytes`, and 1.5 times the worker's memory at READY plus 96 MiB. The only READY
     * worker waits for its successor, unless the group is at its memory limit; a replacement that
     * fails is tried again after 5 s, then ever later, up to 5 minutes.
     */
    hardRssBytes: option(
      whole({ min: MIB, max: 2 * MAX_BYTES }),
      derived('1.2 × `maxRssBytes`', (_machine, { maxRssBytes }: { maxRssBytes: number }) =>
        Math.floor(1.2 * maxRssBytes),
      ),
    ),
    /** Age at which a worker is replaced; ±10 % per worker. Never unless given. */
    maxAgeMs: optional(whole({ min: 1_000, max: 365 * DAY_MS })),
    /** Requests after which a worker is replaced; ±10 % per worker. Never unless given. */
    maxRequests: optional(whole({ min: 1, max: 1e12 })),
    /**
     * Event loop lag (p99) over which a worker is replaced, if over twice the others' median.
     */
    maxLoopDelayMs: option(whole({ min: 10, max: DAY_MS }), 1_000),
    /** Sampling interval of all these limits but `hardRssBytes`. */
    sampleIntervalMs: option(whole({ min: 100, max: DAY_MS }), 5_000),
    /** Consecutive samples over a memory, lag or liveness limit before replacement. */
    samples: option(whole({ min: 1, max: 1_000 }), 3),
    /** Age below which a worker is kept, unless the group runs out of memory. */
    minAgeMs: option(whole({ min: 0, max: 365 * DAY_MS }), 60_000),
    /** Minimum time between two recyclings; grows up to 64-fold after failures. */
    minIntervalMs: option(whole({ min: 0, max: DAY_MS }), 5_000),
  },
  (name, { hardRssBytes, maxRssBytes }) => {
    notLess(optionName(name, 'hardRssBytes'), hardRssBytes, 'maxRssBytes', maxRssBytes);
  },
);

/** When to replace workers before they do harm. */
export interface RecycleOptions extends GivenOf<typeof recycleOptions> {}

/** `undefined`: never. */
export type ResolvedRecycleOptions = ResolvedOf<typeof recycleOptions>;
