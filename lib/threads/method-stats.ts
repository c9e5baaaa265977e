import type { Distribution } from '../stats/distribution.ts';
import type { Duration } from '../stats/duration.ts';
import type { Stats } from '../stats/stats.ts';
import { type CallCounts, noCalls } from './call-counts.ts';
import type { CallResult } from './offloaded-call.ts';
import type { ThreadSample } from './protocol.ts';

/** Full measurement of the first calls of a method, then of 1 in N. */
const SAMPLE = { first: 4, oneIn: 64 } as const;

/** Weight of a sample in the mean cost of reading a result. */
const WEIGHT = 0.2;

/** Statistics of a decorated method. */
export interface MethodSnapshot {
  id: string;
  pool: string;
  kind: 'cpu' | 'io';
  calls: CallCounts;
  /** Time in threads. */
  runMs: number;
  /** Main-thread time for copying arguments and results, partly estimated. */
  copyMs: number;
  /** Main-thread time saved by offloading: `runMs - copyMs`. Negative: it does not pay. */
  roiMs: number;
}

/** Statistics of one method's calls. */
export class MethodStats {
  readonly counts: CallCounts = noCalls();
  readonly #queued: Duration;
  readonly #run: Duration;
  readonly #total: Duration;
  readonly #argumentBytes: Distribution;
  readonly #resultBytes: Distribution;
  #sent = 0;
  #runMs = 0;
  #postMs = 0;
  #readMs = 0;
  #meanReadMs = 0;

  constructor(stats: Stats, labels: { method: string; pool: string }) {
    const duration = (name: string, help: string): Duration =>
      stats.duration(`buttress.threads.${name}`, { help }, labels);
    this.#queued = duration('queue_wait', 'Wait of an offloaded call for a thread');
    this.#run = duration('run', 'Time of an offloaded call in its thread');
    this.#total = duration('call', 'Time of an offloaded call for its caller');
    const bytes = (name: string, help: string): Distribution =>
      stats.value(`buttress.threads.${name}`, { help, unit: 'bytes' }, labels);
    this.#argumentBytes = bytes('argument_size', 'Size of arguments as they are copied, sampled');
    this.#resultBytes = bytes('result_size', 'Size of results as they are copied, sampled');
    countCalls(stats, labels, this.counts);
    const roi = { help: 'Main-thread time saved by offloading', unit: 'seconds' };
    stats.gauge('buttress.threads.saved', roi, labels).observe(() => this.roiMs / 1_000);
  }

  /** Whether to measure the next call in full. */
  shouldSample(): boolean {
    const sent = this.#sent++;
    return sent < SAMPLE.first || sent % SAMPLE.oneIn === 0;
  }

  done({ answer, queuedMs, postMs, totalMs, at }: CallResult): void {
    this.#queued.recordAt(queuedMs, at);
    this.#run.recordAt(answer.runMs, at);
    this.#total.recordAt(totalMs, at);
    if (answer.sample !== undefined) this.#sample(answer.sample);
    this.#runMs += answer.runMs;
    this.#postMs += postMs;
    this.#readMs += this.#meanReadMs;
  }

  get runMs(): number {
    return this.#runMs;
  }

  get copyMs(): number {
    return this.#postMs + this.#readMs;
  }

  get roiMs(): number {
    return this.#runMs - this.copyMs;
  }

  #sample({ argumentBytes, resultBytes, readMs }: ThreadSample): void {
    this.#argumentBytes.record(argumentBytes);
    this.#resultBytes.record(resultBytes);
    const weight = this.#meanReadMs === 0 ? 1 : WEIGHT;
    this.#meanReadMs += weight * (readMs - this.#meanReadMs);
  }
}

/** Exports the existing counts. */
function countCalls(
  stats: Stats,
  labels: { method: string; pool: string },
  counts: CallCounts,
): void {
  const read: Record<string, () => number> = {
    inline: () => counts.inline,
    completed: () => counts.completed,
    failed: () => counts.failed,
    refused: () => counts.refused.queue + counts.refused.deadline,
    cancelled: () => counts.cancelled.queued + counts.cancelled.running,
    lost: () => counts.lost,
  };
  const help = 'Calls of decorated methods by outcome';
  for (const [outcome, total] of Object.entries(read)) {
    stats.counter('buttress.threads.calls', { help }, { ...labels, outcome }).observe(total);
  }
}
