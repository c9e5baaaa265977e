import { performance } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

/** Default size of libuv's thread pool. */
const POOL_THREADS = 4;

/** Figures of Node and V8 in this process. */
export function runtimeReport() {
  const heap = getHeapStatistics();
  const { loopCount, events, eventsWaiting } = loopMetrics();
  const { utilization } = performance.eventLoopUtilization();
  return {
    // The type of Node's own names some that not every build has.
    versions: { ...process.versions } as Record<string, string>,
    flags: process.execArgv.length,
    heap: {
      usedBytes: heap.used_heap_size,
      totalBytes: heap.total_heap_size,
      limitBytes: heap.heap_size_limit,
      externalBytes: heap.external_memory,
      mallocedBytes: heap.malloced_memory,
      contexts: heap.number_of_native_contexts,
      detachedContexts: heap.number_of_detached_contexts,
    },
    spaces: getHeapSpaceStatistics().map((space) => ({
      name: space.space_name,
      sizeBytes: space.space_size,
      usedBytes: space.space_used_size,
      availableBytes: space.space_available_size,
    })),
    loop: { utilization, iterations: loopCount, events, eventsWaiting },
    threadPool: { threads: threadPoolSize() },
  };
}

export type RuntimeReport = ReturnType<typeof runtimeReport>;

export function threadPoolSize(env: NodeJS.ProcessEnv = process.env): number {
  const given = Number(env['UV_THREADPOOL_SIZE'] ?? POOL_THREADS);
  return Number.isInteger(given) && given > 0 ? Math.min(given, 1024) : POOL_THREADS;
}

interface LoopMetrics {
  loopCount: number;
  events: number;
  eventsWaiting: number;
}

/** Metrics of the event loop; zeros in versions of Node that lack them. */
function loopMetrics(): LoopMetrics {
  const timing: { uvMetricsInfo?: LoopMetrics } = performance.nodeTiming;
  return timing.uvMetricsInfo ?? { loopCount: 0, events: 0, eventsWaiting: 0 };
}
