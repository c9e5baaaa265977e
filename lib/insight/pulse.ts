import { performance } from 'node:perf_hooks';

import type { ServiceName } from '../common/files/package-file.ts';
import { rounded } from '../common/rounded.ts';
import { processLoopDelay } from '../stats/loop-delay.ts';
import { bucketOf, BUCKETS, pairsOf } from './latency-buckets.ts';

/** Figures of a process over one second, or longer where its event loop was blocked. */
export interface PulsePoint {
  /** End of the span, in milliseconds since the epoch. */
  at: number;
  /** Length of the span. */
  spanMs: number;
  /** Requests that ended, and those among them that failed (500 or above). */
  requests: number;
  failed: number;
  inFlight: number;
  /** Event loop utilization, 0 to 1. */
  elu: number;
  /** Maximum event loop lag. */
  lagMs: number;
  /** CPU time per time passed: 1 is one core. */
  cpu: number;
  rssBytes: number;
  heapUsedBytes: number;
  /** Pairs of bucket and count: see latency-buckets. */
  latency: number[];
}

declare module '../reports/report-types.ts' {
  interface WorkerNews {
    /** Figures of the last second, sent each second. */
    pulse: { slot: number; service: ServiceName; point: PulsePoint };
  }
}

const EVERY_MS = 1_000;

/** Length of a span of the route figures. */
const SPAN_SECONDS = 60;

export interface PulseSources {
  inFlight: () => number;
  /** Called with each point. */
  onPoint: (point: PulsePoint) => void;
  /** Called once a minute. */
  onSpan: () => void;
}

/** Measures this process, second by second. */
export class Pulse {
  readonly #sources: PulseSources;
  readonly #latency = new Uint32Array(BUCKETS);
  #requests = 0;
  #failed = 0;
  #lagMs = 0;
  #cpu = process.cpuUsage();
  #endedAt = performance.now();
  #loop = performance.eventLoopUtilization();
  #seconds = 0;

  constructor(sources: PulseSources) {
    this.#sources = sources;
  }

  /** Starts to measure; the returned function stops it. */
  start(): () => void {
    const timer = setInterval(() => this.#second(), EVERY_MS).unref();
    const stopListening = processLoopDelay().listen((lateMs) => {
      if (lateMs > this.#lagMs) this.#lagMs = lateMs;
    });
    return () => {
      clearInterval(timer);
      stopListening();
    };
  }

  ended(ms: number, status: number): void {
    this.#requests++;
    if (status >= 500) this.#failed++;
    const bucket = bucketOf(ms);
    this.#latency[bucket] = (this.#latency[bucket] ?? 0) + 1;
  }

  #second(): void {
    const loop = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(loop, this.#loop);
    this.#loop = loop;
    const { rss, heapUsed } = process.memoryUsage();
    const spanMs = this.#endSpan();
    const point: PulsePoint = {
      at: Date.now(),
      spanMs: rounded(spanMs),
      requests: this.#requests,
      failed: this.#failed,
      inFlight: this.#sources.inFlight(),
      elu: rounded(Number.isFinite(utilization) ? utilization : 0),
      lagMs: rounded(this.#lagMs),
      cpu: rounded(this.#readCpu(spanMs)),
      rssBytes: rss,
      heapUsedBytes: heapUsed,
      latency: pairsOf(this.#latency),
    };
    this.#sources.onPoint(point);
    [this.#requests, this.#failed, this.#lagMs] = [0, 0, 0];
    this.#latency.fill(0);
    if (++this.#seconds % SPAN_SECONDS === 0) this.#sources.onSpan();
  }

  #endSpan(): number {
    const now = performance.now();
    const spanMs = Math.max(1, now - this.#endedAt);
    this.#endedAt = now;
    return spanMs;
  }

  #readCpu(spanMs: number): number {
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    return (user + system) / 1_000 / spanMs;
  }
}
