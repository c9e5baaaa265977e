import { availableParallelism } from 'node:os';

import { controlGroup, readSystemFile, type ReadFile } from './control-group.ts';

/**
 * Processors that this process and its children may use: those of its affinity, or of its CPU
 * quota if less, rounded down but at least 1.
 */
export function availableProcessors(read: ReadFile = readSystemFile): number {
  // Knows the quotas of some systems only: not of those with version 1 in an own hierarchy.
  return Math.max(1, Math.floor(Math.min(availableParallelism(), cpuQuota(read))));
}

/** Processors that the workers which serve leave to those that start, at least 1. */
export function spareProcessors(): number {
  return Math.max(1, availableProcessors() - 1);
}

/** Processors by the CPU quota of this process's control groups; Infinity: no quota. */
export function cpuQuota(read: ReadFile = readSystemFile): number {
  const { version, directories } = controlGroup('cpu', read);
  const quotaIn = version === 1 ? quotaOfV1 : quotaOfV2;
  return Math.min(...directories.map((directory) => quotaIn(directory, read)));
}

/** `max 100000`, or microseconds of CPU time per period. */
function quotaOfV2(directory: string, read: ReadFile): number {
  const [quota, period] = (read(`${directory}/cpu.max`) ?? '').split(' ');
  return ratio(quota, period);
}

/** A quota of -1 is none. */
function quotaOfV1(directory: string, read: ReadFile): number {
  return ratio(read(`${directory}/cpu.cfs_quota_us`), read(`${directory}/cpu.cfs_period_us`));
}

function ratio(quota: string | undefined, period: string | undefined): number {
  const processors = Number(quota) / Number(period);
  return processors > 0 ? processors : Infinity;
}
