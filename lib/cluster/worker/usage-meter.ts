import { performance } from 'node:perf_hooks';

import type { WorkerUsage } from '../protocol/control-messages.ts';
import { privateBytes } from './private-memory.ts';

/** Number of lag samples to keep: the last 2 s when busy, 5 s when idle. */
const KEPT_TURNS = 20;

/** Measures this process for the primary. */
export class UsageMeter {
  readonly #lateMs: number[] = [];
  #utilization = performance.eventLoopUtilization();

  /** Adds a sample of event loop lag. */
  turn(lateMs: number): void {
    this.#lateMs.push(lateMs);
    if (this.#lateMs.length > KEPT_TURNS) this.#lateMs.shift();
  }

  /** @param requests number of requests begun so far */
  read(requests: number): WorkerUsage {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization);
    this.#utilization = now;
    return {
      rssBytes: process.memoryUsage.rss(),
      privateBytes: privateBytes(),
      heapUsedBytes: process.memoryUsage().heapUsed,
      elu: Number.isFinite(utilization) ? utilization : 0,
      requests,
      // The p99 of 20 values is their maximum.
      loopDelayP99Ms: Math.max(0, ...this.#lateMs),
    };
  }
}
