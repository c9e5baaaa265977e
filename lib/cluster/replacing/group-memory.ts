import { readFileSync } from 'node:fs';

/** Memory limit and use of all processes of a group together. */
export interface GroupMemory {
  usedBytes: number;
  limitBytes: number;
}

/** Reads a system file; undefined when there is none. */
export type ReadFile = (path: string) => string | undefined;

/** Share of the limit above which the kernel may kill a process. */
const SHORT = 0.95;

const ROOT = '/sys/fs/cgroup';

/**
 * Memory of this process's cgroup (v1 or v2) without inactive page cache, which the kernel reclaims
 * first (like the working set in Kubernetes). Undefined when there is no limit.
 */
export function groupMemory(read: ReadFile = readText): GroupMemory | undefined {
  const groups = read('/proc/self/cgroup') ?? '';
  const v2 = /^0::(.*)$/m.exec(groups)?.[1];
  const v1 = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(groups)?.[1];
  if (v1 !== undefined) {
    return memoryIn(read, [`${ROOT}/memory${v1}`, `${ROOT}/memory`], {
      limit: 'memory.limit_in_bytes',
      used: 'memory.usage_in_bytes',
      inactive: 'total_inactive_file',
    });
  }
  // In a container the path may be the host's, which is not visible there.
  return memoryIn(read, [`${ROOT}${v2 ?? ''}`, ROOT], {
    limit: 'memory.max',
    used: 'memory.current',
    inactive: 'inactive_file',
  });
}

/** Whether `bytes` more fit before the kernel may kill a process. */
export function hasRoomFor(bytes: number, { usedBytes, limitBytes }: GroupMemory): boolean {
  return usedBytes + bytes <= SHORT * limitBytes;
}

function memoryIn(
  read: ReadFile,
  directories: readonly string[],
  names: { limit: string; used: string; inactive: string },
): GroupMemory | undefined {
  for (const directory of directories) {
    const limitBytes = Number(read(`${directory}/${names.limit}`) ?? NaN);
    const usedBytes = Number(read(`${directory}/${names.used}`) ?? NaN);
    // "max", or the value by which version 1 means no limit.
    if (!(limitBytes < Number.MAX_SAFE_INTEGER) || Number.isNaN(usedBytes)) continue;
    const stat = read(`${directory}/memory.stat`) ?? '';
    const inactive = new RegExp(`^${names.inactive} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0;
    return { limitBytes, usedBytes: Math.max(0, usedBytes - Number(inactive)) };
  }
  return undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
