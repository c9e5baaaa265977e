import { availableParallelism, totalmem } from 'node:os';

import { describe, expect, it } from 'vitest';

import {
  availableMemory,
  limitedGroups,
  memoryLimit,
} from '../../../../lib/common/process/available-memory.ts';
import {
  availableProcessors,
  cpuQuota,
} from '../../../../lib/common/process/available-processors.ts';

const MIB = 1 << 20;

function reader(files: Record<string, string>): (path: string) => string | undefined {
  return (path) => files[path];
}

const none = reader({});

describe('The CPU quota', () => {
  it('R1 is read from version 2 of control groups', () => {
    const read = reader({
      '/proc/self/cgroup': '0::/pod\n',
      '/sys/fs/cgroup/pod/cpu.max': '150000 100000\n',
    });
    expect(cpuQuota(read)).toBe(1.5);
    expect(availableProcessors(read)).toBe(1);
  });

  it('R1 is the smallest one of all groups above the process', () => {
    const read = reader({
      '/proc/self/cgroup': '0::/slice/service\n',
      '/sys/fs/cgroup/slice/service/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/slice/cpu.max': '50000 100000\n',
      '/sys/fs/cgroup/cpu.max': '400000 100000\n',
    });
    expect(cpuQuota(read)).toBe(0.5);
    expect(availableProcessors(read)).toBe(1);
  });

  it.each([
    ['4:cpu:/docker/1', 'cpu/docker/1'],
    ['4:cpu,cpuacct:/docker/1', 'cpu,cpuacct/docker/1'],
    // The path is the host's, and only the container's own group is visible.
    ['4:cpuacct,cpu:/docker/1', 'cpu'],
  ])('R1 is read from version 1: %s', (line, directory) => {
    const read = reader({
      '/proc/self/cgroup': `5:memory:/docker/1\n${line}\n0::/\n`,
      [`/sys/fs/cgroup/${directory}/cpu.cfs_quota_us`]: '200000\n',
      [`/sys/fs/cgroup/${directory}/cpu.cfs_period_us`]: '100000\n',
    });
    expect(cpuQuota(read)).toBe(2);
  });

  it('is none without files, and where it is unlimited', () => {
    const v1 = reader({
      '/proc/self/cgroup': '1:cpu:/\n0::/\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    });
    for (const read of [none, v1]) {
      expect(cpuQuota(read)).toBe(Infinity);
      expect(availableProcessors(read)).toBe(availableParallelism());
    }
  });

  it('adds no processors to those of the machine', () => {
    const read = reader({
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/cpu.max': '100000000 100000\n',
    });
    expect(availableProcessors(read)).toBe(availableParallelism());
  });
});

describe('The memory limit', () => {
  it('R1 is the smallest one of all groups above the process', () => {
    const read = reader({
      '/proc/self/cgroup': '0::/slice/service\n',
      '/sys/fs/cgroup/slice/service/memory.max': 'max\n',
      '/sys/fs/cgroup/slice/service/memory.current': `${MIB}\n`,
      '/sys/fs/cgroup/slice/memory.max': `${300 * MIB}\n`,
      '/sys/fs/cgroup/slice/memory.high': `${200 * MIB}\n`,
      '/sys/fs/cgroup/slice/memory.current': `${150 * MIB}\n`,
    });
    expect(limitedGroups(read)).toEqual([{ limitBytes: 200 * MIB, usedBytes: 150 * MIB }]);
    expect(memoryLimit(read)).toBe(200 * MIB);
    expect(availableMemory(read)).toBe(200 * MIB);
  });

  it('is the memory of the machine where there is none, or a larger one', () => {
    const larger = reader({
      '/proc/self/cgroup': '4:memory:/\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${2 ** 50}\n`,
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '1\n',
    });
    expect(memoryLimit(none)).toBe(Infinity);
    expect(availableMemory(none)).toBe(totalmem());
    expect(availableMemory(larger)).toBe(totalmem());
  });
});
