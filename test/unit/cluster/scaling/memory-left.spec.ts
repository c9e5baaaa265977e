import { describe, expect, it } from 'vitest';

import { memoryLeft } from '../../../../lib/cluster/scaling/memory-left.ts';

const MIB = 1 << 20;

interface Files {
  /** Of the container, in MiB; absent: no limit. */
  limit?: number;
  used?: number;
  /** Of the machine, in MiB; absent: the system does not tell. */
  total?: number;
  available?: number;
}

function reading({ limit, used = 0, total, available = 0 }: Files) {
  const files: Record<string, string> = {
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/memory.max': limit === undefined ? 'max\n' : `${limit * MIB}\n`,
    '/sys/fs/cgroup/memory.current': `${used * MIB}\n`,
  };
  if (total !== undefined) {
    files['/proc/meminfo'] =
      `MemTotal:       ${total * 1_024} kB\nMemFree:  1 kB\nMemAvailable:   ${available * 1_024} kB\n`;
  }
  return (path: string): string | undefined => files[path];
}

/** Sizes in MiB. */
function sizes(...mib: number[]): number[] {
  return mib.map((size) => size * MIB);
}

describe('memoryLeft', () => {
  it('counts the workers of the mean size that fit below the limit', () => {
    const read = reading({ limit: 1_000, used: 500 });
    expect(memoryLeft(sizes(100, 200), read)).toEqual({ room: 3, isShort: false });
  });

  it('takes the tighter of container and machine', () => {
    const container = { limit: 1_000, used: 100 };
    const read = reading({ ...container, total: 10_000, available: 650 });
    expect(memoryLeft(sizes(100), read)).toEqual({ room: 1, isShort: false });
  });

  it('knows a machine without a limit for the container', () => {
    const read = reading({ total: 10_000, available: 1_000 });
    expect(memoryLeft(sizes(100), read)).toEqual({ room: 5, isShort: false });
  });

  it('is short when the kernel may kill a process of the container', () => {
    const read = reading({ limit: 1_000, used: 960 });
    expect(memoryLeft(sizes(100), read)).toEqual({ room: 0, isShort: true });
  });

  it('has no limit where the system tells none, or nothing is measured', () => {
    expect(memoryLeft(sizes(100), reading({}))).toEqual({ room: Infinity, isShort: false });
    const read = reading({ limit: 1_000, used: 500 });
    expect(memoryLeft([], read)).toEqual({ room: Infinity, isShort: false });
  });
});
