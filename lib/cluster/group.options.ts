import { DAY_MS } from '../common/clock.ts';
import { wrongOption } from '../common/errors/wrong-use.ts';
import { secondaryListenerOptions } from '../common/http/secondary-listener.options.ts';
import { integerOption, optionName, notLess } from '../common/options/checks.ts';
import { type ConfigEntry, configValues } from '../common/options/config-values.ts';
import { derived, type Kind, option, optional, required } from '../common/options/kind.ts';
import { choice, existingModule, orFalse, text, whole } from '../common/options/kinds.ts';
import { type Machine, thisMachine } from '../common/options/machine.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';
import { drainOptions } from './drain.options.ts';
import { recycleOptions } from './recycle.options.ts';
import { reloadOptions } from './reload.options.ts';
import { mostWorkers, workersKind } from './workers.options.ts';

export const acceptQueueOptions = optionGroup({
  /** Most connections that wait for a worker, per listener; with `fd`, half of the backlog at most. */
  maxQueue: option(
    whole({ min: 1, max: 100_000 }),
    derived('min(128 × `workers`, 1,024)', ({ workers }) => Math.min(128 * workers, 1024)),
  ),
  /** Longest wait before a connection is shed. */
  maxWaitMs: option(whole({ min: 1, max: 60_000 }), 500),
  /** CoDel: acceptable standing delay of the queue. */
  targetMs: option(whole({ min: 1, max: 60_000 }), 20),
  /** CoDel: window in which the delay must fall below `targetMs`. */
  intervalMs: option(whole({ min: 1, max: 60_000 }), 200),
  /** With `ipc`: time to claim a connection; extended while claims are slow overall. */
  claimTimeoutMs: option(whole({ min: 10, max: 10_000 }), 100),
  /**
   * Way of connections to workers. `fd`: workers accept on shared sockets when the primary rings them,
   * on Linux with the package koffi. `ipc`: the primary accepts and passes them on over Node's own
   * channel, every platform. `auto`: `fd` where available, else `ipc`.
   */
  transport: option(choice(['auto', 'fd', 'ipc']), 'auto'),
});

/** Accept queue: connections that wait for a worker. */
export interface AcceptQueueOptions extends GivenOf<typeof acceptQueueOptions> {}

/** `AcceptQueueOptions` with defaults filled in. */
export type ResolvedAcceptQueueOptions = ResolvedOf<typeof acceptQueueOptions>;

/** At most the number of workers, and `workers.min` where that is given. */
const quorum: Kind<number> = {
  accepts: '1 to `workers`',
  check: (name, given, { workers }) => integerOption(name, given, { min: 1, max: workers }),
};

export const supervisionOptions = optionGroup(
  {
    /** Longest boot. */
    bootTimeoutMs: option(whole({ min: 100, max: DAY_MS }), 60_000),
    /** Silence after which a worker gets no connections. */
    stalledAfterMs: option(whole({ min: 200, max: DAY_MS }), 500),
    /** Silence before a worker is killed and replaced; at least `stalledAfterMs`. */
    hungAfterMs: option(whole({ min: 1_000, max: DAY_MS }), 10_000),
    /** READY workers, with passing readiness checks, that make the group ready (`/readyz`). */
    quorum: option(quorum, 1),
    /** Failed starts after which a group that was never READY gives up. */
    maxStartFailures: option(whole({ min: 1, max: 1_000 }), 3),
    /**
     * Workers that may boot at once while the group starts; 1 if boots of the application exclude
     * each other. While others serve, one boots per spare processor; after an upgrade, one at a time.
     */
    maxStartsAtOnce: option(
      whole({ min: 1, max: 1_024 }),
      derived('available parallelism', ({ parallelism }) => Math.min(parallelism, 1_024)),
    ),
  },
  (name, { hungAfterMs, stalledAfterMs }) => {
    notLess(optionName(name, 'hungAfterMs'), hungAfterMs, 'stalledAfterMs', stalledAfterMs);
  },
);

/** When a worker counts as started, stalled or hung. */
export interface SupervisionOptions extends GivenOf<typeof supervisionOptions> {}

/** `SupervisionOptions` with defaults filled in. */
export type ResolvedSupervisionOptions = ResolvedOf<typeof supervisionOptions>;

export const blockedLoopOptions = optionGroup({
  /** How long a loop must be blocked before its stack is taken. */
  thresholdMs: option(whole({ min: 50, max: DAY_MS }), 150),
  /** Minimum time between two stacks of one worker. */
  minIntervalMs: option(whole({ min: 100, max: DAY_MS }), 1_000),
});

/** When stacks of blocked event loops are taken. */
export interface BlockedLoopOptions extends GivenOf<typeof blockedLoopOptions> {}

/** `BlockedLoopOptions` with defaults filled in. */
export type ResolvedBlockedLoopOptions = ResolvedOf<typeof blockedLoopOptions>;

export const probesOptions = optionGroup({
  /** Address of the probes' listener. */
  host: option(text, '127.0.0.1'),
  /** Port of the probes' listener. */
  port: required(whole({ min: 0, max: 65_535 })),
});

/** Listener of the probes. */
export interface ProbesOptions extends GivenOf<typeof probesOptions> {}

export const metricsOptions = optionGroup({
  /** Address of the metrics' listener. Metrics hold no secrets, and no visitor is asked for one. */
  host: option(text, '127.0.0.1'),
  /** Port of the metrics' listener. */
  port: required(whole({ min: 0, max: 65_535 })),
});

/** Listener of the metrics. */
export interface MetricsListenerOptions extends GivenOf<typeof metricsOptions> {}

export const groupOptions = optionGroup(
  {
    /**
     * Module whose default export creates the application: `new URL('./app.js', import.meta.url)`, or
     * an absolute path such as that of `require.resolve('./app')`.
     */
    app: required(existingModule),
    /**
     * Worker processes; `auto`: available processors less 1, at least 2, but at most one per 192 MiB
     * of available memory. A CPU quota and a memory limit of the container count. With `{ min, max }`
     * their number follows the load.
     */
    workers: option(workersKind, 'auto'),
    acceptQueue: option(acceptQueueOptions, {}),
    /** Most open client connections per worker; at the limit, it closes the longest idle one. Keep the sum of this and `sockets.max` of `connections` below the descriptor limit. */
    maxConnectionsPerWorker: option(
      whole({ min: 1, max: 1_000_000 }),
      derived('80 % of the descriptor limit', ({ descriptors }) =>
        Math.max(1, Math.floor(0.8 * descriptors)),
      ),
    ),
    supervision: option(supervisionOptions, {}),
    recycle: option(recycleOptions, {}),
    reload: option(reloadOptions, {}),
    /** Stacks of blocked event loops; `false` for none. */
    blockedLoop: option(orFalse(blockedLoopOptions, undefined), {}),
    drain: option(drainOptions, {}),
    /** Secondary listener with pages and JSON; `false` for none. */
    meta: option(orFalse(secondaryListenerOptions, undefined), {}),
    /** Listener where the primary itself answers `/livez` and `/readyz`; none unless given. */
    probes: optional(probesOptions),
    /** Listener that serves `/metrics` alone, for a scraper that may not see the pages; none unless given. Needs `meta`, whose process serves it. */
    metrics: optional(metricsOptions),
  },
  (name, { workers, supervision, meta, metrics }) => {
    if (typeof workers !== 'number') {
      notLess(
        optionName(name, 'workers.min'),
        workers.min,
        'supervision.quorum',
        supervision.quorum,
      );
    }
    if (metrics === undefined || meta !== undefined) return;
    throw wrongOption(
      `${optionName(name, 'metrics')}: the process of the pages serves metrics, and \`meta\` is false: leave \`meta\` out`,
    );
  },
);

/** Options of a `Group`. Everything but `app` has a default. */
export interface GroupOptions extends GivenOf<typeof groupOptions> {}

/** Options with defaults filled in: plain, frozen data that can be cloned. */
export interface ResolvedGroupOptions extends ResolvedOf<typeof groupOptions> {}

/**
 * Checks options and fills in defaults.
 *
 * @param known facts about the machine, where it is not this one
 * @throws TypeError, RangeError with option and value
 */
export function resolveGroupOptions(
  options: GroupOptions,
  known: Partial<Machine> = {},
): ResolvedGroupOptions {
  // Resolved first: defaults of other options depend on the number of workers.
  const given = (options as GroupOptions | undefined)?.workers ?? 'auto';
  const workers = mostWorkers(workersKind.check('workers', given, thisMachine(known)));
  return groupOptions.check('', options, thisMachine({ ...known, workers }));
}

/** Lists the options with their sources. */
export function groupConfig(given: GroupOptions, resolved: ResolvedGroupOptions): ConfigEntry[] {
  return configValues(groupOptions, '', { given, resolved });
}
