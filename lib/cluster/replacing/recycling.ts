import type { Clock } from '../../common/clock.ts';
import { mib } from '../../common/mib.ts';
import type { GroupMemory } from '../../common/process/available-memory.ts';
import type { DrainLimits } from '../drain.options.ts';
import type { ResolvedRecycleOptions } from '../recycle.options.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import { hasRoomFor } from './group-memory.ts';
import {
  floorOf,
  type RecycleFinding,
  RecyclePolicy,
  type WorkerSample,
} from './recycle-policy.ts';
import type { Replacement } from './replacement.ts';
import type { Rotation } from './rotation.ts';
import type { UnderWay } from './succession.ts';

/** Replacements to keep in the history. */
const KEPT = 50;

/** Drain limits of a worker over its hard limit. */
const SHORT_DRAIN: DrainLimits = {
  idleGraceMs: 0,
  streamGraceMs: 1_000,
  requestTimeoutMs: 2_000,
  killAfterMs: 3_000,
};

/** A planned or immediate replacement. */
export interface RecycleRecord extends Omit<Replacement, 'outcome'> {
  kind: RecycleFinding['kind'] | 'hard-memory' | 'reload' | 'asked';
  outcome: Replacement['outcome'] | 'ended at once';
  /** The measured value and the limit it exceeded; null where nothing was measured. */
  value: number | null;
  limit: number | null;
}

/** Replacements as the page `/exits` shows them. */
export interface RecyclingSnapshot {
  /** Null without a group: nothing is replaced. */
  options: ResolvedRecycleOptions | null;
  /** Of any origin, the oldest first. */
  underWay: UnderWay[];
  /** Newest first. */
  history: RecycleRecord[];
}

export interface RecyclingOptions {
  recycle: ResolvedRecycleOptions;
  bootTimeoutMs: number;
  supervisor: Supervisor;
  rotation: Rotation;
  clock: Clock;
  random: () => number;
  onRecord: (record: RecycleRecord) => void;
  /** Memory use and limit of all processes; undefined: no known limit. @default none */
  groupMemory?: () => GroupMemory | undefined;
  /** Called once, with a remedy, when memory limits are too tight for the workers. */
  onWarning?: (message: string, fields: Record<string, number>) => void;
}

/** Back-off cap between two ends for memory, in gaps; time after which the back-off resets. */
const MAX_GAPS = 64;
const FORGET_ENDS_MS = 600_000;

interface Watched {
  policy: RecyclePolicy;
  /** Whether its replacement is already ordered. */
  isAskedFor: boolean;
}

/** Samples all workers and recycles those that would do harm. */
export class Recycling {
  readonly #options: RecyclingOptions;
  readonly #watched = new WeakMap<ManagedWorker, Watched>();
  readonly #history: RecycleRecord[] = [];
  #sampledAt: number;
  #lastEndedAt = -Infinity;
  #failures = 0;
  #hardEnds = 0;
  #lastHardEndAt = -Infinity;
  #hasWarned = false;

  constructor(options: RecyclingOptions) {
    this.#options = options;
    this.#sampledAt = options.clock.now();
  }

  /** Call it several times a second. */
  tick(): void {
    const now = this.#options.clock.now();
    for (const worker of this.#options.supervisor.workers) this.#weigh(worker, now);
    this.#checkHard(now);
    if (now - this.#sampledAt < this.#options.recycle.sampleIntervalMs) return;
    this.#sampledAt = now;
    this.#sampleAll(now);
  }

  /** Replaces a worker on demand. */
  async replace(worker: ManagedWorker): Promise<void> {
    const about = { reason: 'on demand', value: null, limit: null };
    await this.#replace(worker, { kind: 'asked', ...about });
  }

  /**
   * Adds a replacement of any origin to the history, unless the worker was ended at once during
   * it: that is already recorded.
   */
  remember(record: RecycleRecord): void {
    if (this.#wasEndedAtOnce(record.before.id)) return;
    this.#history.unshift(record);
    this.#history.length = Math.min(this.#history.length, KEPT);
    this.#options.onRecord(record);
  }

  snapshot(): RecyclingSnapshot {
    const { recycle, rotation } = this.#options;
    return { options: recycle, underWay: rotation.underWay, history: [...this.#history] };
  }

  #wasEndedAtOnce(worker: number): boolean {
    return this.#history.some(({ outcome, before }) => {
      return outcome === 'ended at once' && before.id === worker;
    });
  }

  #sampleAll(now: number): void {
    const { supervisor, rotation, recycle } = this.#options;
    // Sample all, even while none may be replaced, to keep counting consecutive findings.
    const found = supervisor.workers.flatMap((worker) => {
      const finding = this.#look(worker, now);
      return finding === undefined ? [] : [{ worker, finding }];
    });
    const worst = found.find(({ worker }) => !this.#watch(worker).isAskedFor);
    if (worst === undefined || !rotation.isIdle) return;
    const waitMs = recycle.minIntervalMs * Math.min(2 ** this.#failures, MAX_GAPS);
    if (now - this.#lastEndedAt < waitMs) return;
    void this.#replace(worst.worker, worst.finding);
  }

  #look(worker: ManagedWorker, now: number): RecycleFinding | undefined {
    const { usage } = worker;
    if (!worker.takesConnections || usage === undefined) return undefined;
    const sample: WorkerSample = {
      ageMs: now - worker.spawnedAt,
      privateBytes: usage.privateBytes,
      requests: usage.requests,
      // A debugger delays the loop too.
      loopDelayMs: worker.isDebugged ? 0 : usage.loopDelayP99Ms,
      othersLoopDelayMs: this.#othersDelay(worker),
      livenessFailure: worker.livenessFailure,
    };
    const { policy } = this.#watch(worker);
    if (policy.shouldCollect(sample)) worker.process?.send({ kind: 'collect' });
    return policy.look(sample);
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
    const { rotation, clock, bootTimeoutMs } = this.#options;
    const watched = this.#watch(worker);
    watched.isAskedFor = true;
    const terms = { reason, bootTimeoutMs, healthyForMs: 0 };
    const replacement = await rotation.replace(worker, terms).ended;
    watched.isAskedFor = false;
    this.#lastEndedAt = clock.now();
    if (replacement === undefined) return;
    this.#failures = replacement.outcome === 'replaced' ? 0 : this.#failures + 1;
    this.remember({ kind, value, limit, ...replacement });
  }

  /** Records the memory of a worker that has just become READY: a minimum for its limits. */
  #weigh(worker: ManagedWorker, now: number): void {
    const { usage, readyAt } = worker;
    if (readyAt === undefined || usage === undefined) return;
    const { policy } = this.#watch(worker);
    if (policy.weigh(usage.privateBytes, now - readyAt)) this.#warnIfTight(policy.readyBytes);
  }

  #warnIfTight(readyBytes: number): void {
    const { recycle, groupMemory, supervisor, onWarning } = this.#options;
    if (this.#hasWarned || onWarning === undefined) return;
    const figures = {
      readyBytes,
      maxRssBytes: recycle.maxRssBytes,
      hardRssBytes: recycle.hardRssBytes,
    };
    const { limitBytes = Infinity } = groupMemory?.() ?? {};
    const workers = supervisor.needed;
    if (!hasRoomFor(workers * readyBytes, { usedBytes: 0, limitBytes })) {
      this.#hasWarned = true;
      onWarning(
        `${workers} workers of ${mib(readyBytes)} do not fit into ${mib(limitBytes)} of memory: ` +
          'lower workers, or raise the memory limit',
        { ...figures, limitBytes, workers },
      );
    } else if (recycle.maxRssBytes < floorOf('soft', readyBytes)) {
      this.#hasWarned = true;
      onWarning(
        `recycle.maxRssBytes (${mib(recycle.maxRssBytes)}) is too close to the memory of a worker at ` +
          `READY (${mib(readyBytes)}), so ${mib(floorOf('soft', readyBytes))} applies instead: ` +
          'raise it, lower workers, or raise the memory limit',
        figures,
      );
    }
  }

  /** Acts on the largest worker first: it endangers the others most. */
  #checkHard(now: number): void {
    const { supervisor, recycle } = this.#options;
    const ready = supervisor.workers.filter(({ state }) => state.kind === 'READY');
    // One that is out is spared as long as the kernel would kill no other process for it.
    const [worst] = ready
      .filter(({ out }) => out === undefined || this.#isGroupShort())
      .filter((worker) => bytesOf(worker) > this.#watch(worker).policy.hardBytes)
      .toSorted((a, b) => bytesOf(b) - bytesOf(a));
    if (worst === undefined) return;
    if (now - this.#lastHardEndAt > FORGET_ENDS_MS) this.#hardEnds = 0;
    const gaps = this.#hardEnds === 0 ? 0 : Math.min(2 ** this.#hardEnds, MAX_GAPS);
    if (now - this.#lastHardEndAt < gaps * recycle.minIntervalMs) return;
    const watched = this.#watch(worst);
    const verdict = watched.policy.judgeHard({
      privateBytes: bytesOf(worst),
      ageMs: now - worst.spawnedAt,
      isOnlyReady: !ready.some((one) => one !== worst && one.takesConnections),
      isGroupShort: this.#isGroupShort(),
    });
    if (verdict === 'end') this.#end(worst, watched.policy.hardBytes, now);
    if (verdict === 'replace' && !watched.isAskedFor) void this.#replaceLast(worst, watched);
  }

  async #replaceLast(worker: ManagedWorker, watched: Watched): Promise<void> {
    await this.#replace(worker, hardFinding(worker, watched));
    watched.policy.hasTried(this.#options.clock.now() - worker.spawnedAt);
  }

  #isGroupShort(): boolean {
    const memory = this.#options.groupMemory?.();
    return memory !== undefined && !hasRoomFor(0, memory);
  }

  /** Ends a worker without waiting for its successor: it endangers the others. */
  #end(worker: ManagedWorker, limit: number, now: number): void {
    this.#lastHardEndAt = now;
    this.#hardEnds++;
    const value = bytesOf(worker);
    const reason = hardReason(value, limit);
    const { slot, id, process, usage = null } = worker;
    const terms = { cause: 'failure', end: 'memory', limits: SHORT_DRAIN } as const;
    this.#options.supervisor.retire(worker, reason, terms);
    this.remember({
      kind: 'hard-memory',
      slot,
      reason,
      outcome: 'ended at once',
      failure: null,
      before: { id, pid: process?.pid ?? null, usage },
      after: null,
      tookMs: 0,
      at: new Date().toISOString(),
      value,
      limit,
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

function bytesOf({ usage }: ManagedWorker): number {
  return usage?.privateBytes ?? 0;
}

function hardFinding(
  worker: ManagedWorker,
  { policy }: Watched,
): Pick<RecycleRecord, 'kind' | 'reason' | 'value' | 'limit'> {
  const value = bytesOf(worker);
  const limit = policy.hardBytes;
  return { kind: 'hard-memory', reason: hardReason(value, limit), value, limit };
}

function hardReason(value: number, limit: number): string {
  return `it used ${mib(value)} of memory, more than the hard limit of ${mib(limit)}`;
}
