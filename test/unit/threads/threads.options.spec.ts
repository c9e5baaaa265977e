import { pathToFileURL } from 'node:url';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ConfigEntry } from '../../../lib/common/options/config-values.ts';
import { type Machine, thisMachine } from '../../../lib/common/options/machine.ts';
import {
  THREADS_OPTIONS,
  type ThreadsModuleOptions,
} from '../../../lib/threads/threads.options.ts';

const cores = 8;

const PLENTY = 2 ** 50;

const UNLIMITED = {
  maxOldGenerationSizeMb: undefined,
  codeRangeSizeMb: undefined,
  stackSizeMb: undefined,
};

function machineOf(known: Partial<Machine> = {}): Machine {
  return thisMachine({ parallelism: cores, workers: 1, memoryBytes: PLENTY, ...known });
}

/** As JavaScript may call it. */
function resolve(options: object, known: Partial<Machine> = {}) {
  return THREADS_OPTIONS.resolve(options, machineOf(known));
}

function poolOf(name: string, options: ThreadsModuleOptions = {}, known: Partial<Machine> = {}) {
  return resolve(options, known).pools.get(name);
}

describe('the options of threads', () => {
  it('have defaults', () => {
    const { pools, ...rest } = resolve({});
    expect(rest).toEqual({
      module: undefined,
      moduleExport: 'ThreadModule',
      mode: 'threads',
      errors: [],
      warmup: true,
      bootTimeoutMs: 30_000,
      closeTimeoutMs: 5_000,
      execArgv: undefined,
      resourceLimits: { ...UNLIMITED, maxYoungGenerationSizeMb: 4 },
    });
    expect([...pools.keys()]).toEqual(['cpu', 'io']);
    const common = { minThreads: 0, idleMs: 60_000, graceMs: 100 };
    expect(pools.get('cpu')).toEqual({
      ...common,
      name: 'cpu',
      kind: 'cpu',
      threads: cores,
      maxQueue: 16 * cores,
      cancel: 'cooperative',
    });
    expect(pools.get('io')).toEqual({
      ...common,
      name: 'io',
      kind: 'io',
      threads: 4,
      maxQueue: 64,
      cancel: 'abandon',
    });
  });

  it('are taken as they are given', () => {
    const errors = [TypeError];
    const given: ThreadsModuleOptions = {
      mode: 'inline-clone',
      errors,
      warmup: false,
      bootTimeoutMs: 1,
      closeTimeoutMs: 86_400_000,
      execArgv: ['--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 24 },
      cpu: { minThreads: 2, threads: 256, idleMs: 1, maxQueue: 0, cancel: 'terminate', graceMs: 0 },
    };
    const { pools, ...rest } = resolve(given);
    const { cpu, ...others } = given;
    const resourceLimits = { ...UNLIMITED, ...given.resourceLimits };
    const module = { module: undefined, moduleExport: 'ThreadModule' };
    expect(rest).toEqual({ ...others, ...module, resourceLimits });
    expect(pools.get('cpu')).toEqual({ name: 'cpu', kind: 'cpu', ...cpu });
  });

  it('divide the threads by the workers that share the machine, but leave one to each', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (workers) => {
        const pools = { named: {}, 'named-io': { kind: 'io' } } as const;
        const threadsOf = (name: string) => poolOf(name, { pools }, { workers })?.threads;
        const cpu = Math.max(1, Math.floor(cores / workers));
        const io = Math.max(1, Math.floor(4 / workers));
        expect(['cpu', 'named', 'io', 'named-io'].map(threadsOf)).toEqual([cpu, cpu, io, io]);
      }),
    );
  });

  it('leave no pool without the threads that it always has', () => {
    const kinds = { few: {}, 'few-io': { kind: 'io' } } as const;
    const pools = Object.fromEntries(
      Object.entries(kinds).map(([name, kind]) => [name, { ...kind, minThreads: 9 }] as const),
    );
    const given = { cpu: { minThreads: 9 }, io: { minThreads: 9 }, pools };
    for (const name of ['cpu', 'io', 'few', 'few-io']) {
      expect(poolOf(name, given)).toMatchObject({ minThreads: 9, threads: 9 });
    }
  });

  it('leave a number of threads that was given as it is, and let 16 calls wait for each', () => {
    expect(poolOf('cpu', { cpu: { threads: 3 } }, { workers: 8 })).toMatchObject({
      threads: 3,
      maxQueue: 48,
    });
  });

  it('may be undefined: that is as if they were left out', () => {
    const none = { mode: undefined, warmup: undefined, cpu: undefined, pools: undefined };
    expect(resolve(none)).toEqual(resolve({}));
    const pool = {
      minThreads: undefined,
      threads: undefined,
      maxQueue: undefined,
      cancel: undefined,
      graceMs: undefined,
    };
    expect(resolve({ cpu: pool })).toEqual(resolve({}));
  });
});

describe('named pools', () => {
  it('are of the kind cpu unless they say otherwise', () => {
    const pools = { images: { threads: 2 }, db: { kind: 'io', threads: 1 } } as const;
    expect(poolOf('images', { pools })).toEqual({
      name: 'images',
      kind: 'cpu',
      threads: 2,
      minThreads: 0,
      idleMs: 60_000,
      maxQueue: 32,
      cancel: 'cooperative',
      graceMs: 100,
    });
    expect(poolOf('db', { pools })).toMatchObject({ kind: 'io', cancel: 'abandon', maxQueue: 16 });
    expect(poolOf('cpu', { pools })).toEqual(poolOf('cpu'));
  });

  it('must have a name of their own', () => {
    for (const name of ['cpu', 'io']) {
      expect(() => resolve({ pools: { [name]: {} } })).toThrow(
        new TypeError(`threads.pools.${name} is a pool already: set threads.${name}.`),
      );
    }
  });
});

describe('the module of threads', () => {
  const url = pathToFileURL('/app/dist/thread.module.js');

  it.each<[string, URL | string]>([
    ['a URL', url],
    ['the text of one', url.href],
    ['an absolute path', '/app/dist/thread.module.js'],
  ])('may be %s', (_kind, module) => {
    expect(resolve({ module })).toMatchObject({ module: url.href, moduleExport: 'ThreadModule' });
  });

  it('may have another name', () => {
    expect(resolve({ module: url, moduleExport: 'Work' }).moduleExport).toBe('Work');
  });

  it('decides whether methods run in threads, unless the mode is given', () => {
    const ofSources = resolve({ module: url });
    expect(ofSources.mode).toBe('inline-clone');
    expect(ofSources.inlineReason).toContain('/app/dist/thread.module.js is not built');
    const asGiven = resolve({ module: url, mode: 'threads' });
    expect(asGiven.mode).toBe('threads');
    expect(asGiven.inlineReason).toBeUndefined();
  });
});

function limits(resourceLimits: object): object {
  return { resourceLimits };
}

function startOf(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(/[.[\]]/g, String.raw`\$&`)}`);
}

describe('a wrong option', () => {
  it.each<[string, object]>([
    ['threads.tread ', { tread: 1 }],
    ['threads.mode ', { mode: 'fast' }],
    ['threads.errors ', { errors: TypeError }],
    ['threads.warmup ', { warmup: 1 }],
    ['threads.bootTimeoutMs ', { bootTimeoutMs: 0 }],
    ['threads.bootTimeoutMs ', { bootTimeoutMs: Number.NaN }],
    ['threads.closeTimeoutMs ', { closeTimeoutMs: '5s' }],
    ['threads.context ', { context: { module: '/app/thread.module.js' } }],
    ['threads.module ', { module: 5 }],
    ['threads.module ', { module: './thread.module.js' }],
    ['threads.module ', { moduleExport: 'Work' }],
    ['threads.moduleExport ', { module: '/app/x.js', moduleExport: '' }],
    ['threads.moduleExports ', { module: '/app/x.js', moduleExports: 'X' }],
    ['threads.cpu.thread ', { cpu: { thread: 1 } }],
    ['threads.cpu.threads ', { cpu: { threads: 0 } }],
    ['threads.cpu.threads ', { cpu: { threads: 1.5 } }],
    ['threads.cpu.threads ', { cpu: { threads: '4' } }],
    ['threads.io.threads ', { io: { threads: 257 } }],
    ['threads.io.threads ', { io: { threads: 2, minThreads: 3 } }],
    ['threads.cpu.minThreads ', { cpu: { minThreads: -1 } }],
    ['threads.cpu.idleMs ', { cpu: { idleMs: 0 } }],
    ['threads.io.maxQueue ', { io: { maxQueue: -1 } }],
    ['threads.io.cancel ', { io: { cancel: 'hope' } }],
    ['threads.cpu.graceMs ', { cpu: { graceMs: -1 } }],
    ['threads.cpu.kind ', { cpu: { kind: 'cpu' } }],
    ['threads.errors[0] ', { errors: [() => new Error('x')] }],
    ['threads.execArgv[0] ', { execArgv: [1] }],
    ['threads.resourceLimits.maxOldGenerationSizeMb ', limits({ maxOldGenerationSizeMb: 'x' })],
    ['threads.resourceLimits.maxOldGenerationSizeMb ', limits({ maxOldGenerationSizeMb: 2 })],
    ['threads.resourceLimits.maxYoungGenerationSizeMb ', limits({ maxYoungGenerationSizeMb: -1 })],
    ['threads.resourceLimits.codeRangeSizeMb ', limits({ codeRangeSizeMb: Number.NaN })],
    ['threads.resourceLimits.stackSizeMb ', limits({ stackSizeMb: 1e6 })],
    ['threads.resourceLimits.maxHeap ', limits({ maxHeap: 64 })],
    ['threads.pools.images.threads ', { pools: { images: { threads: 0 } } }],
    ['threads.pools.images.kind ', { pools: { images: { kind: 'gpu' } } }],
    ['threads.pools.images.size ', { pools: { images: { size: 0 } } }],
    ['threads.pools.images ', { pools: { images: null } }],
  ])('is named: %s', (name, options) => {
    expect(() => resolve(options)).toThrow(startOf(name));
  });

  it('is a TypeError of the wrong kind, and a RangeError of the wrong size', () => {
    expect(() => resolve({ cpu: { threads: '4' } })).toThrow(
      new TypeError("threads.cpu.threads must be a number. Received '4'."),
    );
    expect(() => resolve({ cpu: { threads: 0 } })).toThrow(
      new RangeError('threads.cpu.threads must be a whole number from 1 to 256. Received 0.'),
    );
    expect(() => resolve({ io: { cancel: 'hope' } })).toThrow(
      new TypeError(
        "threads.io.cancel must be one of 'cooperative', 'terminate', 'abandon'. Received 'hope'.",
      ),
    );
  });

  it.each([
    { memoryMib: 512, workers: 2, threads: 1 },
    { memoryMib: 1_024, workers: 4, threads: 1 },
    { memoryMib: 1_024, workers: 1, threads: 2 },
    { memoryMib: 2_048, workers: 2, threads: 2 },
    { memoryMib: 65_536, workers: 2, threads: 2 },
  ])(
    'R1 $workers workers in $memoryMib MiB have $threads threads of io each',
    ({ memoryMib, workers, threads }) => {
      const machine = { workers, memoryBytes: memoryMib * 2 ** 20 };
      expect(resolve({}, machine).pools.get('io')?.threads).toBe(threads);
      const own = resolve({ io: { threads: 7 } }, machine);
      expect(own.pools.get('io')?.threads).toBe(7);
    },
  );
});

describe('the configuration page', () => {
  it('shows each option of each pool, and where it comes from', () => {
    const values = new Map<string, ConfigEntry>();
    const given = { cpu: { threads: 3 }, pools: { images: {} }, errors: [TypeError] };
    THREADS_OPTIONS.resolve(given, machineOf(), (value) => void values.set(value.name, value));
    expect(values.get('threads.cpu.threads')).toMatchObject({ value: 3, source: 'code' });
    expect(values.get('threads.cpu.maxQueue')).toMatchObject({ value: 48, source: 'default' });
    expect(values.get('threads.io.cancel')).toMatchObject({ value: 'abandon', source: 'default' });
    expect(values.get('threads.pools.images.kind')).toMatchObject({ value: 'cpu' });
    expect(values.get('threads.errors')).toMatchObject({ value: ['(code)'], source: 'code' });
    expect(values.get('threads.mode')).toMatchObject({ value: 'threads', source: 'default' });
  });
});
