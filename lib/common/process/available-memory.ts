import { totalmem } from 'node:os';

import { controlGroup, readSystemFile, type ReadFile } from './control-group.ts';

/** Memory of a control group. */
export interface GroupMemory {
  /** Without inactive page cache, which the kernel reclaims first. */
  usedBytes: number;
  limitBytes: number;
}

/** Names of a control group's files and of a line in `memory.stat`, by version. */
const FILES = {
  1: {
    limits: ['memory.limit_in_bytes'],
    used: 'memory.usage_in_bytes',
    inactive: 'total_inactive_file',
  },
  // Above `high` the kernel slows processes down until they are of no use.
  2: { limits: ['memory.max', 'memory.high'], used: 'memory.current', inactive: 'inactive_file' },
} as const;

/**
 * Memory available to this process and its children, in bytes: physical memory, or the limit of
 * the container if less.
 */
export function availableMemory(read: ReadFile = readSystemFile): number {
  return Math.min(totalmem(), memoryLimit(read));
}

/** The smallest memory limit of this process's control groups, in bytes; Infinity: none. */
export function memoryLimit(read: ReadFile = readSystemFile): number {
  return Math.min(Infinity, ...limitedGroups(read).map(({ limitBytes }) => limitBytes));
}

/**
 * Memory of those control groups of this process that have a limit, as far as they are visible.
 * Any of them may run out first.
 */
export function limitedGroups(read: ReadFile = readSystemFile): GroupMemory[] {
  const { version, directories } = controlGroup('memory', read);
  const { limits, used, inactive } = FILES[version];
  return directories.flatMap((directory) => {
    const own = limits.map((name) => limitOf(Number(read(`${directory}/${name}`) ?? NaN)));
    const limitBytes = Math.min(...own);
    if (limitBytes === Infinity) return [];
    const usedBytes = Number(read(`${directory}/${used}`) ?? NaN);
    if (Number.isNaN(usedBytes)) return [];
    const stat = read(`${directory}/memory.stat`) ?? '';
    const idle = new RegExp(`^${inactive} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0;
    return [{ limitBytes, usedBytes: Math.max(0, usedBytes - Number(idle)) }];
  });
}

/** Infinity for `max`, which is no number, and for the one by which version 1 means no limit. */
function limitOf(bytes: number): number {
  return bytes < Number.MAX_SAFE_INTEGER ? bytes : Infinity;
}
