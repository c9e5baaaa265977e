import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

import { isInspectorOpen } from '../common/process/inspector-open.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import { droppedLines } from '../logging/root-logger.ts';
import { processStats } from '../stats/process-stats.ts';
import { processLabels } from '../stats/runtime-stats.ts';
import { memoryLimitOrNull, type ProcessReport } from './process-report.ts';
import { resourcesReport } from './resources-report.ts';
import { threadPoolSize } from './runtime-report.ts';
import type { WarningFacts } from './warnings.ts';

export interface EvidenceSources {
  limits: ProcessReport['limits'];
  /** Paths of PEM certificates. */
  certificates: readonly string[];
  keepAliveTimeoutMs: number | null;
}

/** Collects the facts about this process that the warning rules check. */
export function gatherWarningFacts(sources: EvidenceSources): WarningFacts {
  const heap = getHeapStatistics();
  const { memory, descriptors } = resourcesReport();
  const stats = processStats();
  return {
    heapLimitBytes: heap.heap_size_limit,
    memoryLimitBytes: memoryLimitOrNull(),
    totalMemoryBytes: totalmem(),
    workers: processLifecycle().identity.workers,
    rssBytes: memory.rssBytes,
    descriptors,
    descriptorLimit: sources.limits.find(({ name }) => name === 'open files')?.soft ?? null,
    keepAliveTimeoutMs: sources.keepAliveTimeoutMs,
    threadPoolWaitMs: threadPoolWait(),
    threadPoolSize: threadPoolSize(),
    isInspectorOpen: isInspectorOpen(),
    nodeEnv: process.env['NODE_ENV'],
    flags: [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(' ')],
    limits: stats.limits,
    droppedLines: droppedLines(),
    detachedContexts: heap.number_of_detached_contexts,
    certificates: sources.certificates.map((path) => ({ path, expiresAt: expiryOf(path) })),
    now: Date.now(),
  };
}

function threadPoolWait(): number | null {
  return (
    processStats().find('nodejs.threadpool_wait', processLabels('worker'))?.interval?.p95 ?? null
  );
}

function expiryOf(path: string): number | null {
  try {
    return Date.parse(new X509Certificate(readFileSync(path)).validTo);
  } catch {
    return null;
  }
}
