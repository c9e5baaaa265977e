import { DAY_MS } from '../common/clock.ts';
import { notLess } from '../common/options/checks.ts';
import { derived, option } from '../common/options/kind.ts';
import { choice, fraction, whole } from '../common/options/kinds.ts';
import type { Machine } from '../common/options/machine.ts';
import { type GivenOf, optionGroup } from '../common/options/option-group.ts';
import { type CancelPolicy, KINDS, POLICIES, type ThreadKind } from './thread-kinds.ts';

const MOST_THREADS = 256;

const IO_THREADS = 4;

/** Memory of a worker per pool thread, for defaults: small containers get one thread. */
const BYTES_PER_THREAD = 512 << 20;

const QUEUE_PER_THREAD = 16;

const IDLE_MS = 60_000;

interface LeastThreads {
  readonly minThreads: number;
}

interface PoolThreads extends LeastThreads {
  readonly threads: number;
}

const threadCount = whole({ min: 1, max: MOST_THREADS });

const policy = choice(POLICIES);

/** Options that are the same in every pool. */
const common = {
  /** Idle time after which a thread beyond `minThreads` ends. */
  idleMs: option(fraction({ min: 1, max: DAY_MS }), IDLE_MS),
  /** Calls that may wait for a thread. */
  maxQueue: option(
    whole({ min: 0, max: 1_000_000 }),
    derived<number, { threads: number }>(
      `${QUEUE_PER_THREAD} per thread`,
      (_, { threads }) => QUEUE_PER_THREAD * threads,
    ),
  ),
  /** Time from cancelling a `cooperative` call to ending its thread. */
  graceMs: option(fraction({ min: 0, max: DAY_MS }), 100),
};

/** First in each pool: the default of `threads` depends on it. */
const least = {
  /** Threads that start with the application and stay; the others start as calls wait. */
  minThreads: option(whole({ min: 0, max: MOST_THREADS }), 0),
};

function checkSize(name: string, { minThreads, threads }: PoolThreads): void {
  notLess(`${name}.threads`, threads, `${name}.minThreads`, minThreads);
}

export const cpuPoolOptions = optionGroup(
  {
    ...least,
    /** Most threads. By default at most one per 512 MiB of a worker's memory. */
    threads: option(
      threadCount,
      derived<number, LeastThreads>('processors / workers', (machine, { minThreads }) =>
        Math.max(minThreads, defaultThreads('cpu', machine)),
      ),
    ),
    /** How a running call is cancelled. */
    cancel: option(policy, defaultPolicy('cpu')),
    ...common,
  },
  checkSize,
);

export const ioPoolOptions = optionGroup(
  {
    ...least,
    /** Most threads. By default at most one per 512 MiB of a worker's memory. */
    threads: option(
      threadCount,
      derived<number, LeastThreads>(`${IO_THREADS} / workers`, (machine, { minThreads }) =>
        Math.max(minThreads, defaultThreads('io', machine)),
      ),
    ),
    /** How a running call is cancelled. */
    cancel: option(policy, defaultPolicy('io')),
    ...common,
  },
  checkSize,
);

export const namedPoolOptions = optionGroup(
  {
    /** Resource that the pool's methods block on; decides defaults. */
    kind: option(choice(KINDS), 'cpu'),
    ...least,
    /** Most threads. By default at most one per 512 MiB of a worker's memory. */
    threads: option(
      threadCount,
      derived<number, LeastThreads & { kind: ThreadKind }>(
        'as `cpu` or `io`, by `kind`',
        (machine, { kind, minThreads }) => Math.max(minThreads, defaultThreads(kind, machine)),
      ),
    ),
    /** How a running call is cancelled. */
    cancel: option(
      policy,
      derived<CancelPolicy, { kind: ThreadKind }>('as `cpu` or `io`, by `kind`', (_, { kind }) =>
        defaultPolicy(kind),
      ),
    ),
    ...common,
  },
  checkSize,
);

/** Options of the pools `cpu` and `io`. */
export interface ThreadPoolOptions extends GivenOf<typeof cpuPoolOptions> {}

/** Options of a pool besides `cpu` and `io`. */
export interface NamedPoolOptions extends GivenOf<typeof namedPoolOptions> {}

export interface ResolvedPoolOptions {
  readonly name: string;
  readonly kind: ThreadKind;
  readonly threads: number;
  readonly minThreads: number;
  readonly idleMs: number;
  readonly maxQueue: number;
  readonly cancel: CancelPolicy;
  readonly graceMs: number;
}

function defaultThreads(kind: ThreadKind, { parallelism, workers, memoryBytes }: Machine): number {
  const ofMachine = kind === 'cpu' ? parallelism : IO_THREADS;
  const most = Math.min(ofMachine, memoryBytes / BYTES_PER_THREAD);
  return Math.min(MOST_THREADS, Math.max(1, Math.floor(most / workers)));
}

function defaultPolicy(kind: ThreadKind): CancelPolicy {
  return kind === 'cpu' ? 'cooperative' : 'abandon';
}
