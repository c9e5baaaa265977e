import { existsSync } from 'node:fs';

import { DAY_MS } from '../common/clock.ts';
import type { ErrorClass } from '../common/errors/error-class.ts';
import { wrongOption } from '../common/errors/wrong-use.ts';
import { wrongType } from '../common/options/checks.ts';
import { type FeatureOptions, featureOptions } from '../common/options/feature-options.ts';
import { derived, type Kind, option, optional } from '../common/options/kind.ts';
import {
  choice,
  flag,
  fraction,
  listOf,
  moduleLocation,
  recordOf,
  text,
} from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';
import { inlineReason } from './inline-reason.ts';
import {
  cpuPoolOptions,
  ioPoolOptions,
  namedPoolOptions,
  type ResolvedPoolOptions,
} from './pool.options.ts';

/**
 * - `threads`: decorated methods run in threads.
 * - `inline`: they run in the calling thread, for tests and debugging.
 * - `inline-clone`: like `inline`, on copies, which reveals values that can't be copied.
 */
export type ThreadsMode = 'threads' | 'inline' | 'inline-clone';

const EXPORT = 'ThreadModule';

const timeout = fraction({ min: 1, max: DAY_MS });

const MOST_MIB = 1_048_576;

/**
 * Most calls need little. Without a limit a thread begins with the initial young generation of the
 * process's arguments, which is large in a worker: 18 MB more for each.
 */
const YOUNG_MIB = 4;

/** With less, V8 may end the process instead of the thread. */
const LEAST_HEAP_MIB = 16;

const errorClass: Kind<ErrorClass> = {
  accepts: 'error class',
  check(name, given) {
    if (typeof given === 'function' && typeof given.prototype === 'object') {
      return given as unknown as ErrorClass;
    }
    throw wrongType(name, 'an error class', given);
  },
};

export const resourceLimitOptions = optionGroup({
  /** Heap of a thread for long-lived objects. */
  maxOldGenerationSizeMb: optional(fraction({ min: LEAST_HEAP_MIB, max: MOST_MIB })),
  /** Heap of a thread for new objects: more for methods that allocate much, such as 24. */
  maxYoungGenerationSizeMb: option(fraction({ min: 1, max: MOST_MIB }), YOUNG_MIB),
  /** Memory of a thread for compiled code. */
  codeRangeSizeMb: optional(fraction({ min: 1, max: MOST_MIB })),
  /** Stack of a thread. */
  stackSizeMb: optional(fraction({ min: 0.5, max: 1_024 })),
});

/** Memory limits of a thread. */
export interface ThreadResourceLimits extends GivenOf<typeof resourceLimitOptions> {}

export const threadsOptions = optionGroup(
  {
    /**
     * Compiled module with the Nest module that each thread boots:
     * `new URL('./thread.module.js', import.meta.url)` or `require.resolve('./thread.module')`. In a
     * bundle it must be an entry of its own. Required in mode `threads` as soon as a method is
     * decorated.
     */
    module: optional(moduleLocation),
    /** Export of `module` that is the Nest module. */
    moduleExport: option(text, EXPORT),
    /** Pool of `@CpuBound` and `@CpuBoundIf`. */
    cpu: option(cpuPoolOptions, {}),
    /** Pool of `@IoBound`. */
    io: option(ioPoolOptions, {}),
    /** More pools, selected by a method's `pool`. */
    pools: option(recordOf(namedPoolOptions, checkPoolName), {}),
    /**
     * Where decorated methods run: in threads, where they are called, or there on copies. By
     * default they run on copies if the application runs from its sources, as in tests: `module` is
     * not compiled, and `NODE_ENV` is not `production`.
     */
    mode: option(
      choice(['threads', 'inline', 'inline-clone'] as const satisfies readonly ThreadsMode[]),
      derived<ThreadsMode, { module: string | undefined }>(
        '`threads`; from sources `inline-clone`',
        (_, { module }) => (reasonFor(module) === undefined ? 'threads' : 'inline-clone'),
      ),
    ),
    /** Error classes to recreate from threads, besides Nest's and the language's. */
    errors: option(listOf(errorClass, 'a list of error classes'), []),
    /** Whether the start of the application waits for the threads of `minThreads`. */
    warmup: option(flag, true),
    /** Time limit for the start of a thread. */
    bootTimeoutMs: option(timeout, 30_000),
    /** Time limit for calls at shutdown, then for the threads' shutdown hooks. */
    closeTimeoutMs: option(timeout, 5_000),
    /** Node arguments of threads; by default those of the process. */
    execArgv: optional(listOf(text, 'a list of texts')),
    /** Memory limits of a thread. */
    resourceLimits: option(resourceLimitOptions, {}),
  },
  (name, { module, moduleExport }) => {
    if (module !== undefined || moduleExport === EXPORT) return;
    throw wrongOption(
      `${name}.module is missing: ${name}.moduleExport names an export of it. ` +
        `Received '${moduleExport}'.`,
    );
  },
);

/** Options of `ThreadsModule`. */
export interface ThreadsModuleOptions extends GivenOf<typeof threadsOptions> {}

export interface ResolvedThreadsOptions extends Omit<
  ResolvedOf<typeof threadsOptions>,
  'cpu' | 'io' | 'pools'
> {
  /** All pools by name. */
  readonly pools: ReadonlyMap<string, ResolvedPoolOptions>;
  /** Why methods run inline without being configured to. */
  readonly inlineReason?: string;
}

const FEATURE = featureOptions(
  'threads',
  threadsOptions,
  ({ cpu, io, pools, ...rest }): ResolvedThreadsOptions => ({
    ...rest,
    pools: new Map<string, ResolvedPoolOptions>([
      ['cpu', { ...cpu, name: 'cpu', kind: 'cpu' }],
      ['io', { ...io, name: 'io', kind: 'io' }],
      ...Object.entries(pools).map(([name, pool]) => [name, { ...pool, name }] as const),
    ]),
  }),
);

export const THREADS_OPTIONS: FeatureOptions<ThreadsModuleOptions, ResolvedThreadsOptions> = {
  resolve(given = {}, machine, note) {
    const resolved = FEATURE.resolve(given, machine, note);
    if (given.mode !== undefined || resolved.mode === 'threads') return resolved;
    const reason = reasonFor(resolved.module);
    return Object.freeze(reason === undefined ? resolved : { ...resolved, inlineReason: reason });
  },
};

function reasonFor(module: string | undefined): string | undefined {
  return inlineReason(module, { env: process.env, exists: existsSync });
}

function checkPoolName(_: string, name: string): void {
  if (name !== 'cpu' && name !== 'io') return;
  throw wrongOption(`threads.pools.${name} is a pool already: set threads.${name}.`);
}
