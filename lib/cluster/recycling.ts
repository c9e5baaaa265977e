import type { Clock } from '../common/clock.ts';
import type { ManagedWorker } from './managed-worker.ts';
import { type RecycleFinding, RecyclePolicy, type WorkerSample } from './recycle-policy.ts';
import type { ResolvedRecycleOptions } from './recycle.options.ts';
import type { Replacement, Rotation } from './rotation.ts';
import type { Supervisor } from './supervisor.ts';

/** Replacements that are remembered. */
const KEPT = 50;

/** A worker beyond its hard limit gets so long to finish what it has, in milliseconds. */
const SHORT_DRAIN = { idleGraceMs: 0, streamsMs: 1_000, requestsMs: 2_000, hardMs: 3_000 };

/** One planned replacement, or one that could not wait. */
export interface RecycleRecord extends Omit<Replacement, 'outcome' | 'after'> {
  kind: RecycleFinding['kind'] | 'hard-memory' | 'reload' | 'asked';
  outcome: Replacement['outcome'] | 'ended at once';
  after: Replacement['after'] | null;
  /** The figure that was found, and the limit that it passed; null where nothing was measured. */
  value: number | null;
  limit: number | null;
}

/** What the page `/exits` shows of replacements. */
export interface RecyclingSnapshot {
  options: ResolvedRecycleOptions;
  underWay: Rotation['underWay'] | null;
  /** The latest first. */
  history: RecycleRecord[];
}

export interface RecyclingOptions {
  recycle: ResolvedRecycleOptions;
  readyWithinMs: number;
  supervisor: Supervisor;
  rotation: Rotation;
  clock: Clock;
  random: () => number;
  onRecord: (record: RecycleRecord) => void;
}

interface Watched {
  policy: RecyclePolicy;
  /** The samples to come decide; a replacement was asked for already. */
  isAskedFor: boolean;
}

/** Looks at all workers now and then and has those replaced that would do harm. */
export class Recycling {
  readonly #options: RecyclingOptions;
  readonly #watched = new WeakMap<ManagedWorker, Watched>();
  readonly #history: RecycleRecord[] = [];
  #sampledAt: number;
  #lastEndedAt = -Infinity;
  #failures = 0;

  constructor(options: RecyclingOptions) {
    this.#options = options;
    this.#sampledAt = options.clock.now();
  }

  /** Call it several times a second. */
  tick(): void {
    const now = this.#options.clock.now();
    for (const worker of this.#options.supervisor.workers) this.#checkHard(worker);
    if (now - this.#sampledAt < this.#options.recycle.sampleEveryMs) return;
    this.#sampledAt = now;
    this.#sampleAll(now);
  }

  /** Replaces a worker because somebody wants it so. */
  async replace(worker: ManagedWorker): Promise<void> {
    const about = { reason: 'it was asked for', value: null, limit: null };
    await this.#replace(worker, { kind: 'asked', ...about });
  }

  /** Remembers a replacement, whoever asked for it. */
  remember(record: RecycleRecord): void {
    this.#history.unshift(record);
    this.#history.length = Math.min(this.#history.length, KEPT);
    this.#options.onRecord(record);
  }

  snapshot(): RecyclingSnapshot {
    const { recycle, rotation } = this.#options;
    return { options: recycle, underWay: rotation.underWay ?? null, history: [...this.#history] };
  }

  #sampleAll(now: number): void {
    const { supervisor, rotation, recycle } = this.#options;
    // All are shown their samples, also while none may be replaced: the count in a row goes on.
    const found = supervisor.workers.flatMap((worker) => {
      const finding = this.#look(worker, now);
      return finding === undefined ? [] : [{ worker, finding }];
    });
    const worst = found.find(({ worker }) => !this.#watch(worker).isAskedFor);
    const waitMs = recycle.gapMs * 2 ** Math.min(this.#failures, 6);
    if (worst === undefined || !rotation.isIdle || now - this.#lastEndedAt < waitMs) return;
    void this.#replace(worst.worker, worst.finding);
  }

  #look(worker: ManagedWorker, now: number): RecycleFinding | undefined {
    const { usage } = worker;
    if (worker.state.kind !== 'READY' || usage === undefined) return undefined;
    const sample: WorkerSample = {
      ageMs: now - worker.spawnedAt,
      rssBytes: usage.rssBytes,
      requests: usage.requests,
      loopDelayMs: usage.loopDelayP99Ms,
      othersLoopDelayMs: this.#othersDelay(worker),
      unwell: worker.unwell,
    };
    return this.#watch(worker).policy.look(sample);
  }

  #othersDelay(worker: ManagedWorker): number | undefined {
    const others = this.#options.supervisor.workers.flatMap(({ id, usage }) => {
      return id === worker.id || usage === undefined ? [] : [usage.loopDelayP99Ms];
    });
    return others.toSorted((a, b) => a - b)[Math.floor(others.length / 2)];
  }

  async #replace(
    worker: ManagedWorker,
    { kind, reason, value, limit }: Pick<RecycleRecord, 'kind' | 'reason' | 'value' | 'limit'>,
  ): Promise<void> {
    const { rotation, clock, readyWithinMs } = this.#options;
    const watched = this.#watch(worker);
    watched.isAskedFor = true;
    const replacement = await rotation.replace(worker, { reason, readyWithinMs, healthyForMs: 0 });
    watched.isAskedFor = false;
    this.#lastEndedAt = clock.now();
    if (replacement === undefined) return;
    this.#failures = replacement.outcome === 'kept' ? this.#failures + 1 : 0;
    this.remember({ kind, value, limit, ...replacement });
  }

  /** No time to wait for the new one: this one would take the others with it. */
  #checkHard(worker: ManagedWorker): void {
    const rssBytes = worker.usage?.rssBytes ?? 0;
    if (worker.state.kind !== 'READY' || !this.#watch(worker).policy.isBeyondHard(rssBytes)) return;
    const { supervisor, recycle, clock } = this.#options;
    const reason = `it used ${rssBytes} bytes of memory, more than the hard limit`;
    const { slot, id, process, usage = null, spawnedAt } = worker;
    supervisor.retire(worker, reason, { cause: 'failure', limits: SHORT_DRAIN });
    this.remember({
      kind: 'hard-memory',
      slot,
      reason,
      outcome: 'ended at once',
      failure: null,
      before: { id, pid: process?.pid ?? null, usage },
      after: null,
      tookMs: Math.round(clock.now() - spawnedAt),
      at: new Date().toISOString(),
      value: rssBytes,
      limit: recycle.hardRssBytes,
    });
  }

  #watch(worker: ManagedWorker): Watched {
    const known = this.#watched.get(worker);
    if (known !== undefined) return known;
    const { recycle, random } = this.#options;
    const watched = { policy: new RecyclePolicy(recycle, random), isAskedFor: false };
    this.#watched.set(worker, watched);
    return watched;
  }
}
