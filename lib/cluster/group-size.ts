import { totalmem } from 'node:os';

import { MIB, mib } from '../common/mib.ts';
import { thisMachine } from '../common/options/machine.ts';
import { plural } from '../common/plural.ts';
import { cpuQuota } from '../common/process/available-processors.ts';
import type { GroupOptions, ResolvedGroupOptions } from './group.options.ts';
import type { PrimaryLog } from './primary-log.ts';
import { defaultWorkers } from './worker-count.ts';
import { fewestWorkers, mostWorkers } from './workers.options.ts';

/** Resources that decide the size of a group. */
export interface Resources {
  processors: number;
  /** Processors by the CPU quota; Infinity: none. */
  cpuQuota: number;
  /** Available to the group. */
  memoryBytes: number;
  /** Of the machine. */
  totalBytes: number;
}

export interface SizedOptions {
  given: Pick<GroupOptions, 'workers'>;
  resolved: Pick<ResolvedGroupOptions, 'workers' | 'recycle'>;
}

type Line = [message: string, fields: Record<string, string | number | null>];

/** Memory that the smallest worker needs, and primary and meta process together. */
const LEAST_WORKER_BYTES = 64 * MIB;
const OTHERS_BYTES = 64 * MIB;

/** Logs what the group chose at its start and why, and what the limits can't hold. */
export function logGroupSize(log: PrimaryLog, options: SizedOptions): void {
  const resources = thisResources();
  log('info', ...sizeLine(options, resources));
  for (const line of misfits(options, resources)) log('warn', ...line);
}

function thisResources(): Resources {
  const { parallelism, memoryBytes } = thisMachine();
  return { processors: parallelism, cpuQuota: cpuQuota(), memoryBytes, totalBytes: totalmem() };
}

/** Names the chosen numbers, and the resources that decided them. */
export function sizeLine({ given, resolved }: SizedOptions, resources: Resources): Line {
  const { recycle } = resolved;
  const [workers, most] = [fewestWorkers(resolved.workers), mostWorkers(resolved.workers)];
  const { processors, memoryBytes, totalBytes } = resources;
  const quota = resources.cpuQuota === Infinity ? null : resources.cpuQuota;
  const isContained = memoryBytes < totalBytes;
  const cpu = quota === null ? '' : ` (CPU quota ${quota})`;
  const more = most > workers ? ` of at most ${most}` : '';
  const limit = isContained ? ' (limit of the container)' : '';
  return [
    `starting ${plural(workers, 'worker')}${more} on ${plural(processors, 'processor')}${cpu} and ` +
      `${mib(memoryBytes)} of memory${limit}`,
    {
      workers,
      maxWorkers: most,
      workersBy: isGiven(given) ? 'option' : defaultWorkers(asMachine(resources)).by,
      processors,
      cpuQuota: quota,
      memoryBytes,
      memoryBy: isContained ? 'container' : 'machine',
      maxRssBytes: recycle.maxRssBytes,
      hardRssBytes: recycle.hardRssBytes,
    },
  ];
}

/** Lists what was asked for and the limits can't hold, with remedies. */
export function misfits({ given, resolved }: SizedOptions, resources: Resources): Line[] {
  const { recycle } = resolved;
  const workers = mostWorkers(resolved.workers);
  const { processors, memoryBytes, cpuQuota: quota } = resources;
  const lines: Line[] = [];
  const leastBytes = OTHERS_BYTES + workers * LEAST_WORKER_BYTES;
  const fitting = defaultWorkers(asMachine(resources)).workers;
  if (leastBytes > memoryBytes) {
    lines.push([
      `${plural(workers, 'worker')} need at least ${mib(leastBytes)}, but only ` +
        `${mib(memoryBytes)} are available: lower workers, or raise the memory limit`,
      { workers, leastBytes, memoryBytes },
    ]);
  } else if (workers * recycle.maxRssBytes > memoryBytes) {
    lines.push([
      `recycle.maxRssBytes lets ${plural(workers, 'worker')} use ` +
        `${mib(workers * recycle.maxRssBytes)}, but only ${mib(memoryBytes)} are available: ` +
        'the kernel may kill one before it is recycled. Omit the option, or lower it',
      { workers, maxRssBytes: recycle.maxRssBytes, memoryBytes },
    ]);
  }
  if (isGiven(given) && quota !== Infinity && workers > Math.max(processors, fitting)) {
    lines.push([
      `${plural(workers, 'worker')} share a CPU quota of ${quota}: under load the kernel throttles ` +
        `all of them. Run ${fitting}, or raise the quota`,
      { workers, cpuQuota: quota },
    ]);
  }
  return lines;
}

function isGiven({ workers = 'auto' }: SizedOptions['given']): boolean {
  return workers !== 'auto';
}

function asMachine({ processors, memoryBytes }: Resources) {
  return { parallelism: processors, memoryBytes };
}
