import { availableParallelism } from 'node:os';
import type { ResourceLimits } from 'node:worker_threads';

import { availableMemory } from '../common/available-memory.ts';
import { DAY_MS } from '../common/clock.ts';
import { moduleUrl } from '../common/module-url.ts';
import {
  booleanOption,
  choiceOption,
  integerOption,
  numberOption,
  objectOption,
  stringOption,
  wrongType,
} from '../common/options/checks.ts';
import { SEMI_SPACES, semiSpaceMib, semiSpacesOf } from '../common/semi-space.ts';
import { wrongOption } from '../common/wrong-use.ts';
import type { CancelPolicy, ThreadKind } from './thread-method.ts';

/** Location of the application context for threads. */
export interface ThreadContextOptions {
  /**
   * Compiled application module with the decorated providers:
   * `new URL('./thread.module.js', import.meta.url)` or `require.resolve('./thread.module')`.
   * In a bundle it must be an entry of its own.
   */
  module: URL | string;
  /** Export name of the Nest module. @default `ThreadModule` */
  export?: string;
}

export interface ThreadPoolOptions {
  /**
   * Number of threads; each costs 40 to 80 MB.
   *
   * @default cpu and named pools: the machine's parallelism; io: 4. Divided by the group's workers,
   * at most one per 512 MiB of a worker's memory, at least 1
   */
  threads?: number;
  /** Calls that may wait for a thread. @default 16 per thread */
  maxQueue?: number;
  /** @default `cooperative`; io: `abandon` */
  cancel?: CancelPolicy;
  /** Time from cancelling a `cooperative` call to ending its thread. @default 100 */
  graceMs?: number;
}

/** A pool besides `cpu` and `io`. */
export interface NamedPoolOptions extends ThreadPoolOptions {
  /** @default `cpu` */
  kind?: ThreadKind;
}

/** Class of errors to recreate from threads. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/**
 * - `threads`: decorated methods run in threads.
 * - `inline`: they run in the calling thread, for tests and debugging.
 * - `inline-clone`: like `inline`, on copies, which reveals values that can't be copied.
 */
export type ThreadsMode = 'threads' | 'inline' | 'inline-clone';

export interface ThreadsModuleOptions {
  /** Required in mode `threads` as soon as a method is decorated. */
  context?: ThreadContextOptions;
  /** Pool of `@CpuBound` and `@CpuBoundIf`. */
  cpu?: ThreadPoolOptions;
  /** Pool of `@IoBound`. */
  io?: ThreadPoolOptions;
  /** Additional pools, selected by a method's `pool`. @default none */
  pools?: Record<string, NamedPoolOptions>;
  /**
   * @default `threads`; `inline-clone` if the application runs from its sources, as in tests: the
   * module for threads is not compiled, and `NODE_ENV` is not `production`
   */
  mode?: ThreadsMode;
  /** Error classes to recreate from threads, besides Nest's and the language's. @default none */
  errors?: readonly ErrorClass[];
  /** Whether application start waits for all threads. @default true */
  warmup?: boolean;
  /** Time limit for the start of a thread. @default 30_000 */
  bootTimeoutMs?: number;
  /** Time limit for a thread's shutdown hooks. @default 5_000 */
  closeTimeoutMs?: number;
  /** Node arguments of threads. @default those of the process */
  execArgv?: readonly string[];
  /** Memory limits of a thread. @default Node's; a smaller young generation if memory is short */
  resourceLimits?: ResourceLimits;
}

export interface ResolvedPoolOptions {
  readonly name: string;
  readonly kind: ThreadKind;
  readonly threads: number;
  readonly maxQueue: number;
  readonly cancel: CancelPolicy;
  readonly graceMs: number;
}

export interface ResolvedThreadsOptions {
  readonly context: { readonly url: string; readonly export: string } | undefined;
  readonly pools: ReadonlyMap<string, ResolvedPoolOptions>;
  readonly mode: ThreadsMode;
  readonly errors: readonly ErrorClass[];
  readonly warmup: boolean;
  readonly bootTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly execArgv: readonly string[] | undefined;
  readonly resourceLimits: ResourceLimits | undefined;
}

const NAMES = [
  'context',
  'cpu',
  'io',
  'pools',
  'mode',
  'errors',
  'warmup',
  'bootTimeoutMs',
  'closeTimeoutMs',
  'execArgv',
  'resourceLimits',
] as const;

const POOL_NAMES = ['threads', 'maxQueue', 'cancel', 'graceMs'] as const;

const RESOURCES = [
  'maxYoungGenerationSizeMb',
  'maxOldGenerationSizeMb',
  'codeRangeSizeMb',
  'stackSizeMb',
] as const;

const MODES = ['threads', 'inline', 'inline-clone'] as const;
const POLICIES = ['cooperative', 'terminate', 'abandon'] as const;
const KINDS = ['cpu', 'io'] as const;

const IO_THREADS = 4;

/** Memory of a worker per pool thread, for defaults: small containers get one thread. */
const BYTES_PER_THREAD = 512 << 20;

/** Largest semi-space set for a thread; beyond it V8 chooses. */
const MOST_SEMI_SPACE_MIB = Math.min(32, semiSpacesOf(process.versions.v8).maxMib);

const QUEUE_PER_THREAD = 16;
/** Machine resources for the defaults. */
export interface ThreadsMachine {
  /** Processes that share the machine. */
  workers: number;
  /** Memory available to all of them. */
  memoryBytes: number;
}

/** @throws TypeError or RangeError naming the option that is wrong */
export function resolveThreadsOptions(
  options: ThreadsModuleOptions = {},
  { workers = 1, memoryBytes = availableMemory() }: Partial<ThreadsMachine> = {},
): ResolvedThreadsOptions {
  const given = objectOption('threads', options, NAMES);
  const { mode = 'threads', warmup = true } = given;
  return {
    context: given.context === undefined ? undefined : resolveContext(given.context),
    pools: resolvePools(given, { workers, memoryBytes }),
    mode: choiceOption('threads.mode', mode, MODES),
    errors: resolveErrors(given.errors),
    warmup: booleanOption('threads.warmup', warmup),
    ...resolveTimes(given),
    execArgv: resolveArguments(given.execArgv),
    resourceLimits: resolveResources(given.resourceLimits, memoryBytes / workers),
  };
}

function resolveErrors(errors: ThreadsModuleOptions['errors'] = []): readonly ErrorClass[] {
  if (Array.isArray(errors) && errors.every((one) => typeof one === 'function')) return errors;
  throw wrongType('threads.errors', 'a list of error classes', errors);
}

function resolveTimes({
  bootTimeoutMs = 30_000,
  closeTimeoutMs = 5_000,
}: ThreadsModuleOptions): Pick<ResolvedThreadsOptions, 'bootTimeoutMs' | 'closeTimeoutMs'> {
  const range = { min: 1, max: DAY_MS };
  return {
    bootTimeoutMs: numberOption('threads.bootTimeoutMs', bootTimeoutMs, range),
    closeTimeoutMs: numberOption('threads.closeTimeoutMs', closeTimeoutMs, range),
  };
}

function resolveArguments(value: ThreadsModuleOptions['execArgv']): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw wrongType('threads.execArgv', 'a list of texts', value);
}

function resolveResources(
  value: ThreadsModuleOptions['resourceLimits'],
  shareBytes: number,
): ResourceLimits | undefined {
  if (value === undefined) return defaultResources(shareBytes);
  return objectOption('threads.resourceLimits', value, RESOURCES);
}

function resolveContext(options: ThreadContextOptions): ResolvedThreadsOptions['context'] {
  const name = 'threads.context';
  const given = objectOption(name, options, ['module', 'export']);
  const exported = stringOption(`${name}.export`, given.export ?? 'ThreadModule');
  return { url: moduleUrl(`${name}.module`, given.module), export: exported };
}

function resolvePools(
  { cpu = {}, io = {}, pools = {} }: ThreadsModuleOptions,
  machine: ThreadsMachine,
): Map<string, ResolvedPoolOptions> {
  const all = new Map<string, ResolvedPoolOptions>();
  const add = (name: string, options: NamedPoolOptions, path: string): void => {
    all.set(name, resolvePool(name, options, { path, machine }));
  };
  add('cpu', { ...poolOption('threads.cpu', cpu), kind: 'cpu' }, 'threads.cpu');
  add('io', { ...poolOption('threads.io', io), kind: 'io' }, 'threads.io');
  const named = objectOption('threads.pools', pools, Object.keys(pools ?? {}));
  for (const [name, options] of Object.entries(named)) {
    if (all.has(name)) {
      throw wrongOption(`threads.pools.${name} is a pool already: set threads.${name}.`);
    }
    const path = `threads.pools.${name}`;
    add(name, objectOption(path, options, [...POOL_NAMES, 'kind']), path);
  }
  return all;
}

function poolOption(path: string, options: ThreadPoolOptions): ThreadPoolOptions {
  return objectOption(path, options, POOL_NAMES);
}

function resolvePool(
  name: string,
  options: NamedPoolOptions,
  { path, machine }: { path: string; machine: ThreadsMachine },
): ResolvedPoolOptions {
  const { kind = 'cpu', graceMs = 100 } = options;
  const { cancel = kind === 'cpu' ? 'cooperative' : 'abandon' } = options;
  const { threads = defaultThreads(kind, machine) } = options;
  const { maxQueue = QUEUE_PER_THREAD * threads } = options;
  return {
    name,
    kind: choiceOption(`${path}.kind`, kind, KINDS),
    threads: integerOption(`${path}.threads`, threads, { min: 1, max: 256 }),
    maxQueue: integerOption(`${path}.maxQueue`, maxQueue, { min: 0, max: 1_000_000 }),
    cancel: choiceOption(`${path}.cancel`, cancel, POLICIES),
    graceMs: numberOption(`${path}.graceMs`, graceMs, { min: 0, max: DAY_MS }),
  };
}

function defaultThreads(kind: ThreadKind, { workers, memoryBytes }: ThreadsMachine): number {
  const ofMachine = kind === 'cpu' ? availableParallelism() : IO_THREADS;
  const most = Math.min(ofMachine, memoryBytes / BYTES_PER_THREAD);
  return Math.max(1, Math.floor(most / workers));
}

/** Limits a thread's young generation in small containers: each thread has its own heap. */
function defaultResources(shareBytes: number): ResourceLimits | undefined {
  const mib = semiSpaceMib(shareBytes, MOST_SEMI_SPACE_MIB);
  if (mib === MOST_SEMI_SPACE_MIB) return undefined;
  return { maxYoungGenerationSizeMb: SEMI_SPACES * mib };
}
