import { describe, expect, it } from 'vitest';

import {
  groupConfig,
  type GroupOptions,
  resolveGroupOptions,
} from '../../../lib/cluster/group.options.ts';

const app = new URL(import.meta.url);
const GIB = 1 << 30;
const machine = {
  parallelism: 8,
  descriptors: 10_000,
  memoryBytes: 32 * GIB,
  isDevelopment: false,
};

function resolve(options: Partial<GroupOptions>): ReturnType<typeof resolveGroupOptions> {
  return resolveGroupOptions({ app, ...options }, machine);
}

describe('resolveGroupOptions', () => {
  it('fills in every default', () => {
    expect(resolve({})).toEqual({
      app: app.href,
      workers: 7,
      acceptQueue: {
        maxQueue: 896,
        maxWaitMs: 500,
        targetMs: 20,
        intervalMs: 200,
        claimTimeoutMs: 100,
        transport: 'auto',
      },
      maxConnectionsPerWorker: 8_000,
      supervision: {
        bootTimeoutMs: 60_000,
        stalledAfterMs: 500,
        hungAfterMs: 10_000,
        quorum: 1,
        maxStartFailures: 3,
        maxStartsAtOnce: 8,
      },
      recycle: {
        maxRssBytes: GIB,
        hardRssBytes: Math.floor(1.2 * GIB),
        maxAgeMs: undefined,
        maxRequests: undefined,
        maxLoopDelayMs: 1_000,
        sampleIntervalMs: 5_000,
        samples: 3,
        minAgeMs: 60_000,
        minIntervalMs: 5_000,
      },
      reload: { bootTimeoutMs: 60_000, canaryMs: 5_000, maxSurge: '25%' },
      blockedLoop: { thresholdMs: 150, minIntervalMs: 1_000 },
      drain: {
        lameDuckMs: 0,
        idleGraceMs: 2_000,
        streamGraceMs: 18_000,
        requestTimeoutMs: 20_000,
        killAfterMs: 28_000,
      },
      meta: {
        host: '127.0.0.1',
        port: 3001,
        maxAccess: 'sensitive',
        allow: [],
        allowedHosts: [],
      },
    });
  });

  it('runs two workers at least, and caps the queue', () => {
    const small = resolveGroupOptions(
      { app },
      { ...machine, parallelism: 1, descriptors: 1_000, memoryBytes: GIB },
    );
    expect(small.workers).toBe(2);
    expect(small.acceptQueue.maxQueue).toBe(256);
    expect(small.recycle.maxRssBytes).toBe(Math.floor(0.4 * GIB));
    expect(resolve({ workers: 64 }).acceptQueue.maxQueue).toBe(1_024);
  });

  it('lets workers follow the load, and divides by the most of them', () => {
    const elastic = resolve({ workers: { min: 2, max: 64 }, supervision: { quorum: 2 } });
    expect(elastic.workers).toEqual({
      min: 2,
      max: 64,
      targetUtilization: 0.7,
      windowMs: 5_000,
      downAfterMs: 120_000,
      coolDownMs: 10_000,
    });
    const fixed = resolve({ workers: 64 });
    expect(elastic.acceptQueue).toEqual(fixed.acceptQueue);
    expect(elastic.recycle).toEqual(fixed.recycle);
    expect(resolve({ workers: {} }).workers).toMatchObject({ min: 1, max: 7 });
  });

  it('gives plain, frozen data that can be cloned', () => {
    const options = resolve({
      workers: { max: 2 },
      meta: { port: 0 },
      probes: { port: 0 },
    });
    expect(structuredClone(options)).toEqual(options);
    expect(Object.isFrozen(options.acceptQueue)).toBe(true);
  });

  it('R27 gives a short drain to a person that waits, unless it is set', () => {
    const development = { ...machine, isDevelopment: true };
    const short = {
      idleGraceMs: 0,
      streamGraceMs: 0,
      requestTimeoutMs: 20_000,
      killAfterMs: 28_000,
    };
    expect(resolveGroupOptions({ app }, development).drain).toMatchObject(short);
    const given = resolveGroupOptions({ app, drain: { streamGraceMs: 500 } }, development);
    expect(given.drain).toMatchObject({ ...short, streamGraceMs: 500 });
  });

  it('never lets streams outlast requests by default', () => {
    const limits = { requestTimeoutMs: 5_000, killAfterMs: 8_000 };
    expect(resolve({ drain: limits }).drain.streamGraceMs).toBe(5_000);
  });

  it('can do without pages', () => {
    expect(resolve({ meta: false }).meta).toBeUndefined();
  });

  it.each<[Partial<GroupOptions>, RegExp]>([
    [{ workers: 0 }, /^workers must be a whole number from 1 to 1024\. Received 0\.$/],
    [{ workers: Number.NaN }, /^workers must be a whole number/],
    [{ acceptQueue: { maxQueue: 0 } }, /^acceptQueue\.maxQueue must be .* from 1 to 100000/],
    [
      { acceptQueue: { claimTimeoutMs: 5 } },
      /^acceptQueue\.claimTimeoutMs must be .* from 10 to 10000/,
    ],
    [{ meta: { port: 65_536 } }, /^meta\.port must be .* from 0 to 65535\. Received 65536\.$/],
    [{ supervision: { quorum: 8 } }, /^supervision\.quorum must be .* from 1 to 7/],
    [
      { workers: { min: 2, max: 4 }, supervision: { quorum: 3 } },
      /^workers\.min must not be less than supervision\.quorum \(3\)\. Received 2\.$/,
    ],
    [
      { workers: { min: 4, max: 2 } },
      /^workers\.max must not be less than workers\.min \(4\)\. Received 2\.$/,
    ],
    [
      { workers: { max: 4, targetUtilization: 70 } },
      /^workers\.targetUtilization must be from 0\.1 to 0\.95\. Received 70\.$/,
    ],
    [
      { supervision: { stalledAfterMs: 20_000 } },
      /^supervision\.hungAfterMs must not be less than stalledAfterMs \(20000\)/,
    ],
    [
      { drain: { killAfterMs: 1_000 } },
      /^drain\.killAfterMs must not be less than requestTimeoutMs \(20000\)/,
    ],
    [{ maxConnectionsPerWorker: -1 }, /^maxConnectionsPerWorker must be/],
  ])('refuses %j with option, value and range', (options, message) => {
    expect(() => resolve(options)).toThrow(RangeError);
    expect(() => resolve(options)).toThrow(message);
  });

  it.each<[object, RegExp]>([
    [{ app: undefined }, /^app must be a URL/],
    [{ app: './app.js' }, /^app must be a URL/],
    [{ app: new URL('./missing.js', import.meta.url) }, /^app must name a file that exists/],
    [
      { workers: 'many' },
      /^workers must be a number, 'auto' or \{ min, max \}\. Received 'many'\.$/,
    ],
    [{ workers: { most: 4 } }, /^workers\.most is not an option\. Known: min, max/],
    [{ workers: { min: '1' } }, /^workers\.min must be a number\. Received '1'\.$/],
    [{ meta: { port: 1, host: '' } }, /^meta\.host must be a string that is not empty/],
    [{ meta: true }, /^meta must be an object/],
    [
      { meta: { allow: ['reloads'] } },
      /^meta\.allow\[0\] must be one of .*'reload'\. Received 'reloads'/,
    ],
    [{ meta: { allowedHosts: 'a' } }, /^meta\.allowedHosts must be a list of host names\./],
    [{ meta: { allowedHosts: ['a b'] } }, /^meta\.allowedHosts\[0\] must be the name or address/],
    [{ worker: 2 }, /^worker is not an option\. Known: app, workers/],
    [{ acceptQueue: { max: 2 } }, /^acceptQueue\.max is not an option/],
  ])('refuses %j as a wrong type', (options, message) => {
    expect(() => resolve(options)).toThrow(TypeError);
    expect(() => resolve(options)).toThrow(message);
  });
});

describe('groupConfig', () => {
  it('lists every option with its value and source', () => {
    const given: GroupOptions = {
      app,
      acceptQueue: { maxQueue: 7 },
      blockedLoop: false,
      meta: { port: 0 },
    };
    const entries = groupConfig(given, resolveGroupOptions(given, machine));
    const sources = new Map(entries.map(({ name, value, source }) => [name, [value, source]]));
    expect(sources.get('app')).toEqual([app.href, 'code']);
    expect(sources.get('workers')).toEqual([7, 'default']);
    const elastic: GroupOptions = { app, workers: { max: 4 } };
    const bounds = groupConfig(elastic, resolveGroupOptions(elastic, machine));
    expect(bounds).toContainEqual({ name: 'workers.min', value: 1, source: 'default' });
    expect(bounds).toContainEqual({ name: 'workers.max', value: 4, source: 'code' });
    expect(sources.get('acceptQueue.maxQueue')).toEqual([7, 'code']);
    expect(sources.get('acceptQueue.maxWaitMs')).toEqual([500, 'default']);
    expect(sources.get('blockedLoop')).toEqual([false, 'code']);
    expect(sources.get('meta.port')).toEqual([0, 'code']);
    expect(sources.get('recycle.maxAgeMs')).toEqual([null, 'default']);
    expect(sources.get('probes')).toEqual([null, 'default']);
  });

  it('refuse a listener of metrics where no process serves them', () => {
    expect(() => resolve({ meta: false, metrics: { port: 9_464 } })).toThrow(
      'metrics: the process of the pages serves metrics, and `meta` is false: leave `meta` out',
    );
    expect(resolve({ metrics: { port: 9_464 } }).metrics).toEqual({
      host: '127.0.0.1',
      port: 9_464,
    });
  });
});
