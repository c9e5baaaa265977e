import { performance } from 'node:perf_hooks';

import type { WorkerUsage } from './control-messages.ts';

/** Lateness is kept for so many turns: at ten a second, for the last two seconds. */
const KEPT_TURNS = 20;

/**
 * Measures this process. The event loop's delay is how late a timer that the worker has anyway
 * fires: a histogram of its own (`monitorEventLoopDelay`) wakes an idle process fifty times a
 * second, and loses the stall in which it is reset.
 */
export class UsageMeter {
  readonly #lateMs: number[] = [];
  readonly #everyMs: number;
  #utilization = performance.eventLoopUtilization();
  #lastTurnAt = performance.now();

  /** @param everyMs how often `turn` is due, in milliseconds */
  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** The timer fired. */
  turn(): void {
    const now = performance.now();
    this.#lateMs.push(Math.max(0, now - this.#lastTurnAt - this.#everyMs));
    if (this.#lateMs.length > KEPT_TURNS) this.#lateMs.shift();
    this.#lastTurnAt = now;
  }

  read(): WorkerUsage {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization);
    this.#utilization = now;
    return {
      rssBytes: process.memoryUsage.rss(),
      heapUsedBytes: process.memoryUsage().heapUsed,
      elu: Number.isFinite(utilization) ? utilization : 0,
      // Of twenty values, the largest is the 99th percentile.
      loopDelayP99Ms: Math.max(0, ...this.#lateMs),
    };
  }
}
