import { describe, expect, it } from 'vitest';

import { misfits, type Resources, sizeLine } from '../../../lib/cluster/group-size.ts';
import { type GroupOptions, resolveGroupOptions } from '../../../lib/cluster/group.options.ts';

const MIB = 1 << 20;
const GIB = 1 << 30;

const bare: Resources = {
  processors: 4,
  cpuQuota: Infinity,
  memoryBytes: 16 * GIB,
  totalBytes: 16 * GIB,
};
const contained: Resources = { ...bare, processors: 1, cpuQuota: 1.5, memoryBytes: 512 * MIB };

function sized(given: Omit<GroupOptions, 'app'>, resources: Resources) {
  const { processors: parallelism, memoryBytes } = resources;
  const app = new URL(import.meta.url);
  return { given, resolved: resolveGroupOptions({ app, ...given }, { parallelism, memoryBytes }) };
}

describe('The first line of a group', () => {
  it('R1 names the limits of the container', () => {
    expect(sizeLine(sized({}, contained), contained)).toEqual([
      'starting 2 workers on 1 processor (CPU quota 1.5) and 512 MiB of memory (limit of the container)',
      {
        workers: 2,
        maxWorkers: 2,
        workersBy: 'processors',
        processors: 1,
        cpuQuota: 1.5,
        memoryBytes: 512 * MIB,
        memoryBy: 'container',
        maxRssBytes: Math.floor(0.4 * 512 * MIB),
        hardRssBytes: expect.any(Number) as number,
      },
    ]);
  });

  it('names the machine, and the option that decided', () => {
    const [message, fields] = sizeLine(sized({ workers: 1 }, bare), bare);
    expect(message).toBe('starting 1 worker on 4 processors and 16384 MiB of memory');
    expect(fields).toMatchObject({ workersBy: 'option', memoryBy: 'machine', cpuQuota: null });
  });

  it('names the workers with which an elastic group starts, and the most', () => {
    const [message, fields] = sizeLine(sized({ workers: { min: 1, max: 3 } }, bare), bare);
    expect(message).toContain('starting 1 worker of at most 3 on 4 processors');
    expect(fields).toMatchObject({ workers: 1, maxWorkers: 3 });
  });

  it('R1 names the memory where it holds fewer workers than there are processors', () => {
    const small = { ...contained, processors: 8, cpuQuota: 8 };
    const [, fields] = sizeLine(sized({ workers: 'auto' }, small), small);
    expect(fields).toMatchObject({ workers: 2, workersBy: 'memory' });
  });
});

function found(given: Omit<GroupOptions, 'app'>, resources: Resources): string[] {
  return misfits(sized(given, resources), resources).map(([message]) => message);
}

describe('Limits that can not hold what was asked for', () => {
  it('are none by default, in any container', () => {
    for (const mib of [128, 256, 512, 1_024, 4_096]) {
      for (const cpuQuota of [0.5, 1, 4]) {
        const processors = Math.max(1, Math.floor(cpuQuota));
        expect(found({}, { ...bare, processors, cpuQuota, memoryBytes: mib * MIB })).toEqual([]);
      }
    }
  });

  it('R1 are those of memory with too many workers', () => {
    expect(found({ workers: 8 }, { ...contained, processors: 8, cpuQuota: 8 })).toEqual([
      '8 workers need at least 576 MiB, but only 512 MiB are available: lower workers, or raise the memory limit',
    ]);
  });

  it('R1 are those of memory with a high limit for each worker', () => {
    expect(found({ recycle: { maxRssBytes: GIB } }, contained)).toEqual([
      expect.stringMatching(/^recycle.maxRssBytes lets 2 workers use 2048 MiB, but only 512 MiB/),
    ]);
  });

  it('R1 are those of a CPU quota with more workers than it serves', () => {
    expect(found({ workers: 4 }, { ...bare, processors: 1, cpuQuota: 1 })).toEqual([
      expect.stringMatching(/^4 workers share a CPU quota of 1: .*Run 2, or raise the quota$/),
    ]);
    expect(found({ workers: 4 }, bare)).toEqual([]);
  });
});
