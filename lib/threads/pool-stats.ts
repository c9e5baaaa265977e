import type { Duration } from '../stats/duration.ts';
import type { Stats } from '../stats/stats.ts';

/** Figures of a pool at a time. */
export interface PoolFigures {
  readonly waiting: number;
  readonly busy: number;
  readonly ready: number;
  readonly abandoned: number;
  readonly booting: number;
}

/** Threads of a pool over its time. */
export interface BootSnapshot {
  /** Threads that have booted. */
  booted: number;
  /** Threads that ended after an idle time. */
  idled: number;
  /** Duration of the last boot; null: none yet. */
  lastMs: number | null;
  /** Calls that waited for a thread to boot. */
  waits: number;
  /** Longest of these waits. */
  longestWaitMs: number;
}

/** Statistics of a pool's threads. */
export class PoolStats {
  readonly #boot: Duration;
  readonly #bootWait: Duration;
  readonly #counts: BootSnapshot = {
    booted: 0,
    idled: 0,
    lastMs: null,
    waits: 0,
    longestWaitMs: 0,
  };

  constructor(stats: Stats, pool: { name: string; threads: number }, figures: PoolFigures) {
    const labels = { pool: pool.name };
    const duration = (name: string, help: string): Duration =>
      stats.duration(`buttress.threads.${name}`, { help }, labels);
    this.#boot = duration('boot', 'Time from the start of a thread until it is ready for calls');
    this.#bootWait = duration('boot_wait', 'Wait of a call for a thread to boot');
    const gauge = (name: string, help: string, read: () => number): void => {
      stats.gauge(`buttress.threads.${name}`, { help }, labels).observe(read);
    };
    gauge('waiting', 'Calls that wait for a thread', () => figures.waiting);
    gauge('busy', 'Threads that run a call', () => figures.busy);
    gauge('ready', 'Threads that run a call or could', () => figures.ready);
    gauge('abandoned', 'Threads that run an abandoned call', () => figures.abandoned);
    gauge('booting', 'Threads that boot', () => figures.booting);
    gauge('limit', 'Threads that the pool may have', () => pool.threads);
  }

  get lastBootMs(): number {
    return this.#counts.lastMs ?? 0;
  }

  booted(ms: number): void {
    this.#boot.record(ms);
    this.#counts.booted++;
    this.#counts.lastMs = ms;
  }

  waitedForBoot(ms: number): void {
    this.#bootWait.record(ms);
    this.#counts.waits++;
    this.#counts.longestWaitMs = Math.max(this.#counts.longestWaitMs, ms);
  }

  idled(): void {
    this.#counts.idled++;
  }

  snapshot(): BootSnapshot {
    return { ...this.#counts };
  }
}
