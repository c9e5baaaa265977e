import { performance } from 'node:perf_hooks';

import type { WorkerUsage } from '../protocol/control-messages.ts';
import { privateBytes } from './private-memory.ts';

/** Lateness is kept for so many turns: at ten a second, for the last two seconds. */
const KEPT_TURNS = 20;

/** Measures this process for the primary. */
export class UsageMeter {
  readonly #lateMs: number[] = [];
  #utilization = performance.eventLoopUtilization();

  /** The event loop was late by so much. */
  turn(lateMs: number): void {
    this.#lateMs.push(lateMs);
    if (this.#lateMs.length > KEPT_TURNS) this.#lateMs.shift();
  }

  /** @param requests that were taken so far */
  read(requests: number): WorkerUsage {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization);
    this.#utilization = now;
    return {
      rssBytes: process.memoryUsage.rss(),
      privateBytes: privateBytes(),
      heapUsedBytes: process.memoryUsage().heapUsed,
      elu: Number.isFinite(utilization) ? utilization : 0,
      // Of twenty values, the largest is the 99th percentile.
      requests,
      loopDelayP99Ms: Math.max(0, ...this.#lateMs),
    };
  }
}
