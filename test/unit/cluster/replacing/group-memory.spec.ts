import { describe, expect, it } from 'vitest';

import { groupMemory, machineMemory } from '../../../../lib/cluster/replacing/group-memory.ts';

const MIB = 1 << 20;

function reader(files: Record<string, string>): (path: string) => string | undefined {
  return (path) => files[path];
}

describe('the memory of a group', () => {
  it('is read from version 2 of control groups, without pages of files', () => {
    const read = reader({
      '/proc/self/cgroup': '0::/kubepods/pod1\n',
      '/sys/fs/cgroup/kubepods/pod1/memory.max': `${512 * MIB}\n`,
      '/sys/fs/cgroup/kubepods/pod1/memory.current': `${300 * MIB}\n`,
      '/sys/fs/cgroup/kubepods/pod1/memory.stat': `anon 1\ninactive_file ${100 * MIB}\n`,
    });
    expect(groupMemory(read)).toEqual({ limitBytes: 512 * MIB, usedBytes: 200 * MIB });
  });

  it('is read at the root where the path is one of the machine outside', () => {
    const read = reader({
      '/proc/self/cgroup': '0::/somewhere/else\n',
      '/sys/fs/cgroup/memory.max': `${64 * MIB}`,
      '/sys/fs/cgroup/memory.current': `${32 * MIB}`,
    });
    expect(groupMemory(read)).toEqual({ limitBytes: 64 * MIB, usedBytes: 32 * MIB });
  });

  it('is read from version 1', () => {
    const read = reader({
      '/proc/self/cgroup': '5:cpu,cpuacct:/a\n4:memory:/docker/1\n0::/\n',
      '/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes': `${512 * MIB}`,
      '/sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes': `${500 * MIB}`,
      '/sys/fs/cgroup/memory/docker/1/memory.stat': `inactive_file 1\ntotal_inactive_file ${MIB}\n`,
    });
    expect(groupMemory(read)).toEqual({ limitBytes: 512 * MIB, usedBytes: 499 * MIB });
  });

  it('is not known without a limit, and on other systems', () => {
    const unlimited = {
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/memory.max': 'max\n',
      '/sys/fs/cgroup/memory.current': '1\n',
    };
    expect(groupMemory(reader(unlimited))).toBeUndefined();
    const v1 = {
      '/proc/self/cgroup': '4:memory:/\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '1\n',
    };
    expect(groupMemory(reader(v1))).toBeUndefined();
    expect(groupMemory(() => undefined)).toBeUndefined();
  });
});

describe('the memory of the machine', () => {
  it('is what no process can have any more', () => {
    const text = 'MemTotal:        4096 kB\nMemFree:          512 kB\nMemAvailable:    1024 kB\n';
    const memory = machineMemory(reader({ '/proc/meminfo': text }));
    expect(memory).toEqual({ limitBytes: 4 * MIB, usedBytes: 3 * MIB });
  });

  it('is not known on other systems', () => {
    expect(machineMemory(() => undefined)).toBeUndefined();
  });
});
