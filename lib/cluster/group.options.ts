import { availableParallelism } from 'node:os';

import { availableMemory } from '../common/available-memory.ts';
import { DAY_MS } from '../common/clock.ts';
import { existingModuleUrl } from '../common/module-url.ts';
import {
  choiceOption,
  deepFreeze,
  integerOption,
  numberOptions,
  objectOption,
  stringOption,
  wrongType,
} from '../common/options/checks.ts';
import {
  type ResolvedSecondaryListener,
  resolveSecondaryListener,
  type SecondaryListenerOptions,
} from '../common/secondary-listener.options.ts';
import { isDevelopment } from '../common/started-by.ts';
import { outOfRange } from '../common/wrong-use.ts';
import type { TransportKind } from './protocol/transport.ts';
import {
  type RecycleOptions,
  type ResolvedRecycleOptions,
  resolveRecycle,
} from './recycle.options.ts';

/** Accept queue: connections in the primary that wait for a worker. */
export interface AcceptQueueOptions {
  /** Most connections held for workers, per listener. @default min(128 x workers, 1024) */
  maxLength?: number;
  /** Longest wait before a connection is shed. @default 500 */
  maxAgeMs?: number;
  /** CoDel: acceptable standing delay of the queue. @default 20 */
  targetMs?: number;
  /** CoDel: window in which the delay must fall below `targetMs`. @default 200 */
  intervalMs?: number;
  /**
   * Time that a worker has to claim a connection; extended while claims are slow overall.
   * @default 100
   */
  leaseMs?: number;
  /**
   * How connections are accepted and passed on. `fd`: plain descriptors over one socket per worker,
   * on Linux with the package koffi. `ipc`: Node's own channel, every platform. `auto`: `fd` where
   * available, else `ipc`. @default 'auto'
   */
  transport?: TransportKind | 'auto';
}

/** When a worker counts as started, stalled or hung. */
export interface SupervisionOptions {
  /** Longest boot. @default 60_000 */
  bootTimeoutMs?: number;
  /** Silence after which a worker gets no connections. @default 500 */
  stalledAfterMs?: number;
  /** Silence before a worker is killed and replaced; >= `stalledAfterMs`. @default 10_000 */
  hungAfterMs?: number;
  /** READY workers that make the group ready (`/readyz`). @default 1 */
  quorum?: number;
  /** Failed starts after which a group that was never READY gives up. @default 3 */
  maxStartFailures?: number;
}

/** How a reload replaces all workers by the code on disk. */
export interface ReloadOptions {
  /** Longest boot of a replacement. @default 60_000 */
  readyWithinMs?: number;
  /** How long a replacement must stay healthy before the old worker ends. @default 10_000 */
  healthyForMs?: number;
}

/** When stacks of blocked event loops are taken. */
export interface BlockedLoopOptions {
  /** How long a loop must be blocked. @default 150 */
  afterMs?: number;
  /** Shortest time between two stacks of one worker. @default 1000 */
  everyMs?: number;
}

/** Time limits of a drain. */
export interface DrainOptions {
  /**
   * How long the group still serves after SIGTERM while it reports not ready, until load balancers
   * have noticed. Skipped on Ctrl-C. @default 0
   */
  lameDuckMs?: number;
  /**
   * When WebSockets get a close frame (1001) and event streams end, after the start of the drain.
   * @default 18_000, at most requestsMs; 0 in development (terminal, NODE_ENV not 'production')
   */
  streamsMs?: number;
  /**
   * How long an idle connection stays open for a request on its way.
   * @default 2000; 0 in development (terminal, NODE_ENV not 'production')
   */
  idleGraceMs?: number;
  /** How long requests in flight may take. @default 20_000 */
  requestsMs?: number;
  /** When a worker that is still running is killed; at least `requestsMs`. @default 28_000 */
  hardMs?: number;
}

/** Address of one of our own listeners. */
export interface AddressOptions {
  /** @default '127.0.0.1' */
  host?: string;
  port: number;
}

/** Options of a `Group`. Everything but `app` has a default. */
export interface GroupOptions {
  /**
   * Module whose default export creates the application: `new URL('./app.js', import.meta.url)`, or
   * an absolute path such as that of `require.resolve('./app')`.
   */
  app: URL | string;
  /** Worker processes; `auto`: available parallelism less 1, at least 2. @default 'auto' */
  workers?: number | 'auto';
  acceptQueue?: AcceptQueueOptions;
  /** Most open connections per worker. @default 80 % of the descriptor limit */
  maxConnectionsPerWorker?: number;
  supervision?: SupervisionOptions;
  /** When workers are replaced before they do harm. */
  recycle?: RecycleOptions;
  reload?: ReloadOptions;
  /** Stacks of blocked event loops; `false` for none. */
  blockedLoop?: BlockedLoopOptions | false;
  drain?: DrainOptions;
  /** Secondary listener with pages and JSON; `false` for none. @default 127.0.0.1:3001 */
  meta?: SecondaryListenerOptions | false;
  /** Probe routes with constant answers, served by the primary itself. @default none */
  probes?: AddressOptions;
}

export type ResolvedAcceptQueueOptions = Required<AcceptQueueOptions>;
export type ResolvedSupervisionOptions = Required<SupervisionOptions>;
export type ResolvedReloadOptions = Required<ReloadOptions>;
export type ResolvedBlockedLoopOptions = Required<BlockedLoopOptions>;
export type ResolvedDrainOptions = Required<DrainOptions>;

/** Options with defaults filled in: plain, frozen data that can be cloned. */
export interface ResolvedGroupOptions {
  app: string;
  workers: number;
  acceptQueue: ResolvedAcceptQueueOptions;
  maxConnectionsPerWorker: number;
  supervision: ResolvedSupervisionOptions;
  recycle: ResolvedRecycleOptions;
  reload: ResolvedReloadOptions;
  blockedLoop?: ResolvedBlockedLoopOptions;
  drain: ResolvedDrainOptions;
  meta?: ResolvedSecondaryListener;
  probes?: { host: string; port: number };
}

/** Resources of the machine; an argument, so that defaults can be tested. */
export interface Machine {
  parallelism: number;
  descriptors: number;
  /** Memory available to this process and its children. */
  memoryBytes: number;
  /** Whether a developer runs this process and waits for its end. */
  isDevelopment: boolean;
}

const TRANSPORTS = ['auto', 'fd', 'ipc'] as const;

const LOOPBACK = '127.0.0.1';

/** Validates options and fills in defaults. @throws TypeError, RangeError with option and value */
export function resolveGroupOptions(
  options: GroupOptions,
  machine: Machine,
): Readonly<ResolvedGroupOptions> {
  objectOption('Group options', options, [
    'app',
    'workers',
    'acceptQueue',
    'maxConnectionsPerWorker',
    'supervision',
    'recycle',
    'reload',
    'blockedLoop',
    'drain',
    'meta',
    'probes',
  ]);
  const workers = resolveWorkers(options.workers, machine);
  const { meta = {}, probes, blockedLoop = {} } = options;
  return deepFreeze({
    app: existingModuleUrl('app', options.app),
    workers,
    acceptQueue: resolveAcceptQueue(options.acceptQueue, workers),
    maxConnectionsPerWorker: integerOption(
      'maxConnectionsPerWorker',
      options.maxConnectionsPerWorker ?? Math.max(1, Math.floor(machine.descriptors * 0.8)),
      { min: 1, max: 1_000_000 },
    ),
    supervision: resolveSupervision(options.supervision, workers),
    recycle: resolveRecycle(options.recycle, { ...machine, workers }),
    reload: resolveReload(options.reload),
    ...(blockedLoop === false ? {} : { blockedLoop: resolveBlockedLoop(blockedLoop) }),
    drain: resolveDrain(options.drain, machine),
    ...(meta === false ? {} : { meta: resolveSecondaryListener('meta', meta) }),
    ...(probes === undefined ? {} : { probes: resolveAddress('probes', probes) }),
  });
}

/** Reads the resources of this machine. */
export function thisMachine(descriptors: number): Machine {
  return {
    parallelism: availableParallelism(),
    descriptors,
    memoryBytes: availableMemory(),
    isDevelopment: isDevelopment(),
  };
}

function resolveWorkers(workers: GroupOptions['workers'] = 'auto', machine: Machine): number {
  if (workers === 'auto') return Math.max(2, machine.parallelism - 1);
  if (typeof workers !== 'number') throw wrongType('workers', "a number or 'auto'", workers);
  return integerOption('workers', workers, { min: 1, max: 1024 });
}

function resolveAcceptQueue(
  given: AcceptQueueOptions = {},
  workers: number,
): ResolvedAcceptQueueOptions {
  const { transport = 'auto', ...numbers } = objectOption('acceptQueue', given, [
    'transport',
    'maxLength',
    'maxAgeMs',
    'targetMs',
    'intervalMs',
    'leaseMs',
  ]);
  const resolved = numberOptions('acceptQueue', numbers, {
    maxLength: [Math.min(128 * workers, 1024), { min: 1, max: 100_000 }],
    maxAgeMs: [500, { min: 1, max: 60_000 }],
    targetMs: [20, { min: 1, max: 60_000 }],
    intervalMs: [200, { min: 1, max: 60_000 }],
    leaseMs: [100, { min: 10, max: 10_000 }],
  });
  return { ...resolved, transport: choiceOption('acceptQueue.transport', transport, TRANSPORTS) };
}

function resolveSupervision(
  given: SupervisionOptions = {},
  workers: number,
): ResolvedSupervisionOptions {
  const resolved = numberOptions('supervision', given, {
    bootTimeoutMs: [60_000, { min: 100, max: DAY_MS }],
    stalledAfterMs: [500, { min: 200, max: DAY_MS }],
    hungAfterMs: [10_000, { min: 1_000, max: DAY_MS }],
    quorum: [1, { min: 1, max: workers }],
    maxStartFailures: [3, { min: 1, max: 1000 }],
  });
  notLess(
    'supervision.hungAfterMs',
    resolved.hungAfterMs,
    'stalledAfterMs',
    resolved.stalledAfterMs,
  );
  return resolved;
}

function resolveReload(given: ReloadOptions = {}): ResolvedReloadOptions {
  return numberOptions('reload', given, {
    readyWithinMs: [60_000, { min: 100, max: DAY_MS }],
    healthyForMs: [10_000, { min: 0, max: DAY_MS }],
  });
}

function resolveBlockedLoop(given: BlockedLoopOptions): ResolvedBlockedLoopOptions {
  return numberOptions('blockedLoop', given, {
    afterMs: [150, { min: 50, max: DAY_MS }],
    everyMs: [1_000, { min: 100, max: DAY_MS }],
  });
}

/** Drain limits of an application without a group. */
export function defaultDrain(): ResolvedDrainOptions {
  return resolveDrain({}, { isDevelopment: isDevelopment() });
}

function resolveDrain(
  given: DrainOptions = {},
  { isDevelopment: isShort }: Pick<Machine, 'isDevelopment'>,
): ResolvedDrainOptions {
  const requests = [20_000, { min: 0, max: DAY_MS }] as const;
  const resolved = numberOptions('drain', given, {
    lameDuckMs: [0, { min: 0, max: DAY_MS }],
    idleGraceMs: [isShort ? 0 : 2_000, { min: 0, max: DAY_MS }],
    requestsMs: requests,
    streamsMs: [isShort ? 0 : Math.min(18_000, given.requestsMs ?? requests[0]), requests[1]],
    hardMs: [28_000, { min: 100, max: DAY_MS }],
  });
  notLess('drain.hardMs', resolved.hardMs, 'requestsMs', resolved.requestsMs);
  return resolved;
}

function resolveAddress(name: string, given: AddressOptions): { host: string; port: number } {
  const { host = LOOPBACK, port } = objectOption(name, given, ['host', 'port']);
  return {
    host: stringOption(`${name}.host`, host),
    port: integerOption(`${name}.port`, port, { min: 0, max: 65_535 }),
  };
}

function notLess(name: string, value: number, otherName: string, other: number): void {
  if (value >= other) return;
  throw outOfRange(`${name} must not be less than ${otherName} (${other}). Received ${value}.`);
}
