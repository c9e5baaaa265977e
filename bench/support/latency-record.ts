import { setTimeout as wait } from 'node:timers/promises';

import type { OpenLoopResult } from './open-loop.ts';
import { quantile } from './statistics.ts';

/** A request unanswered for so long is stuck, in milliseconds. */
const STUCK_AFTER_MS = 1_000;

/** Longest wait for answers after the last arrival, in milliseconds. */
const SETTLE_WITHIN_MS = 5_000;

/** How a request ended: answered, with its status, or not. */
export type Ending = number | 'lost';

/** What became of each request. */
export class LatencyRecord {
  readonly #latencies: number[] = [];
  readonly #served: number[] = [];
  readonly #refused: number[] = [];
  #sent = 0;
  #lost = 0;

  /** A request began; the function that is returned ends it, once. `dueAt` in milliseconds. */
  begin(dueAt: number): (ending: Ending) => void {
    this.#sent++;
    let isOver = false;
    return (ending) => {
      if (isOver) return;
      isOver = true;
      this.#end(ending, performance.now() - dueAt);
    };
  }

  /** Resolves when all have ended, or after five seconds. */
  async settled(): Promise<void> {
    const endsAt = performance.now() + SETTLE_WITHIN_MS;
    while (this.#open > 0 && performance.now() < endsAt) {
      // oxlint-disable-next-line no-await-in-loop -- a condition is waited for, in steps
      await wait(10);
    }
  }

  /** Requests that never ended count as lost, and as having waited to the end. */
  summary(): Omit<OpenLoopResult, 'generatorLag'> {
    const unanswered = Array.from({ length: this.#open }, () => SETTLE_WITHIN_MS);
    const sorted = Float64Array.from([...this.#latencies, ...unanswered]).toSorted();
    return {
      sent: this.#sent,
      answered: this.#latencies.length - this.#lost,
      refused: this.#refused.length,
      lost: this.#lost + this.#open,
      stuck: sorted.filter((latency) => latency > STUCK_AFTER_MS).length,
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      max: quantile(sorted, 1),
      servedP99: p99Of(this.#served),
      refusedP99: p99Of(this.#refused),
    };
  }

  get #open(): number {
    return this.#sent - this.#latencies.length;
  }

  #end(ending: Ending, latencyMs: number): void {
    this.#latencies.push(latencyMs);
    if (ending === 'lost') this.#lost++;
    else if (ending === 200) this.#served.push(latencyMs);
    else this.#refused.push(latencyMs);
  }
}

function p99Of(latencies: readonly number[]): number {
  return latencies.length === 0 ? 0 : quantile(Float64Array.from(latencies).toSorted(), 0.99);
}
