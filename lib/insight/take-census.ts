import { getHeapStatistics } from 'node:v8';

import { integerOption, objectOption } from '../common/options/checks.ts';
import { censusOf, type HeapCensus } from './heap-census.ts';
import { withLiveObjects } from './live-objects.ts';

/** Live objects of this process by class, and its memory, at one moment. */
export interface ProcessCensus extends HeapCensus {
  memory: {
    rssBytes: number;
    heapUsedBytes: number;
    /** Memory of objects outside of the heap, buffers included. */
    externalBytes: number;
    arrayBuffersBytes: number;
  };
  /** Time for which the event loop was blocked. */
  blockedMs: number;
}

/**
 * Measured with 1.8 million objects, a heap of 112 MB, on a busy machine: 2 s, and 230 MB that V8
 * needs for a while. A heap snapshot took 11 s and 1.5 GB.
 */
const MS_PER_BYTE = 2_000 / 112e6;
const NEEDED_PER_BYTE = 3;

const LIMITS = { maxBlockedMs: { min: 100, max: 5_000 } };

/**
 * Counts live objects by class: `{ maxBlockedMs }`. Holds no contents.
 *
 * @throws Error when it would block the event loop for longer, or the available memory does not
 * suffice
 */
export function takeCensus(input: unknown): ProcessCensus {
  const given = objectOption('input', (input ?? {}) as { maxBlockedMs?: unknown }, [
    'maxBlockedMs',
  ]);
  const limitMs = integerOption('maxBlockedMs', given.maxBlockedMs, LIMITS.maxBlockedMs);
  refuseCostlyCensus(getHeapStatistics().used_heap_size, process.availableMemory(), limitMs);
  const from = performance.now();
  const census = withLiveObjects(censusOf);
  const blockedMs = performance.now() - from;
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const memory = {
    rssBytes: rss,
    heapUsedBytes: heapUsed,
    externalBytes: external,
    arrayBuffersBytes: arrayBuffers,
  };
  return { ...census, memory, blockedMs };
}

/** @throws Error naming the limit that it would exceed */
export function refuseCostlyCensus(
  heapBytes: number,
  availableBytes: number,
  limitMs: number,
): void {
  const blockedMs = Math.round(heapBytes * MS_PER_BYTE);
  if (blockedMs > limitMs) {
    throw new Error(
      `Counting may block the event loop for ${blockedMs} ms, and maxBlockedMs is ${limitMs}`,
    );
  }
  const [needed = 0, available = 0] = [heapBytes * NEEDED_PER_BYTE, availableBytes].map((bytes) =>
    Math.round(bytes / 2 ** 20),
  );
  if (needed > available) {
    throw new Error(`Counting may need ${needed} MiB, and ${available} MiB are available`);
  }
}
