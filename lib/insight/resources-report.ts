import { countDescriptors } from '../common/process/open-descriptors.ts';
import { memoryLimitOrNull } from './process-report.ts';

const PER_MS = 1_000;

/** Resource usage of this process. */
export function resourcesReport() {
  const usage = process.resourceUsage();
  const memory = process.memoryUsage();
  return {
    cpu: { userMs: usage.userCPUTime / PER_MS, systemMs: usage.systemCPUTime / PER_MS },
    memory: {
      rssBytes: memory.rss,
      maxRssBytes: usage.maxRSS * 1_024,
      heapTotalBytes: memory.heapTotal,
      heapUsedBytes: memory.heapUsed,
      externalBytes: memory.external,
      arrayBuffersBytes: memory.arrayBuffers,
      availableBytes: process.availableMemory(),
      limitBytes: memoryLimitOrNull(),
    },
    pageFaults: { minor: usage.minorPageFault, major: usage.majorPageFault },
    contextSwitches: {
      voluntary: usage.voluntaryContextSwitches,
      involuntary: usage.involuntaryContextSwitches,
    },
    fileSystem: { reads: usage.fsRead, writes: usage.fsWrite },
    descriptors: countDescriptors() ?? null,
    activeResources: countResources(),
  };
}

export type ResourcesReport = ReturnType<typeof resourcesReport>;

function countResources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
