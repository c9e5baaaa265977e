import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Clock } from '../../common/clock.ts';
import { thrownMessage } from '../../common/errors/to-error.ts';
import { spareProcessors } from '../../common/process/available-processors.ts';
import { Tally } from '../../common/tally.ts';
import type { ResolvedGroupOptions } from '../group.options.ts';
import type { PrimaryLog } from '../primary-log.ts';
import type { ResolvedReloadOptions } from '../reload.options.ts';
import { type ScalingDependencies, scalingOf } from '../scaling/scaling-of.ts';
import type { Scaling } from '../scaling/scaling.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import { type RecycleRecord, Recycling, type RecyclingSnapshot } from './recycling.ts';
import { Reloader, type ReloadOutcome, type ReloadProgress, type StoppedReload } from './reload.ts';
import { Room } from './room.ts';
import { Rotation } from './rotation.ts';

export interface PlannedChangesDependencies extends Pick<
  ScalingDependencies,
  'accepts' | 'scaling'
> {
  supervisor: Supervisor;
  clock: Clock;
  random: () => number;
  log: PrimaryLog;
}

/** Replacements since the start, for metrics. */
export interface ReplacementCounts {
  readonly reloads: Tally<{ outcome: 'done' | 'stopped' }>;
  readonly recycling: Tally<{ cause: RecycleRecord['kind']; outcome: RecycleRecord['outcome'] }>;
}

/** Replacements as pages show them. */
export interface ReplacingSnapshot extends RecyclingSnapshot {
  /** Null: none is under way. */
  reload: ReloadProgress | null;
  /** Null: the last reload replaced all workers, or there was none. */
  stoppedReload: StoppedReload | null;
}

/** Replaces healthy workers by recycling and reloads, through one rotation, and scales them. */
export class PlannedChanges {
  readonly recycling: Recycling;
  readonly scaling: Scaling;
  readonly counts: ReplacementCounts = {
    reloads: new Tally([{ outcome: 'done' }, { outcome: 'stopped' }]),
    recycling: new Tally(),
  };
  readonly #rotation: Rotation;
  readonly #reloader: Reloader;
  readonly #app: string;
  readonly #log: PrimaryLog;
  readonly #supervisor: Supervisor;
  readonly #room: Room;
  #alarm: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ResolvedGroupOptions, dependencies: PlannedChangesDependencies) {
    const { app, recycle, reload, supervision } = options;
    const { supervisor, clock, random, log } = dependencies;
    const room = new Room(clock);
    const rotation = new Rotation(supervisor, clock, {
      askForRoom: (count) => this.roomFor(count),
      quorum: supervision.quorum,
      // One processor is left to the workers that serve.
      maxStarting: spareProcessors(),
      wakeAfter: (ms) => this.#wakeAfter(ms),
    });
    const recycling = new Recycling({
      recycle,
      bootTimeoutMs: supervision.bootTimeoutMs,
      supervisor,
      rotation,
      clock,
      random,
      onRecord: (record) => this.#count(record),
      groupMemory: room.group,
      onWarning: (message, fields) => log('warn', message, fields),
    });
    this.#app = app;
    this.#log = log;
    this.#supervisor = supervisor;
    this.#room = room;
    this.#rotation = rotation;
    this.recycling = recycling;
    this.scaling = scalingOf(options, {
      ...dependencies,
      askForRoom: (count) => this.roomFor(count),
      blockedBy: (direction) => this.#blocks(direction),
    });
    this.#reloader = this.#newReloader(reload, rotation);
  }

  #newReloader(reload: ResolvedReloadOptions, rotation: Rotation): Reloader {
    return new Reloader({
      reload,
      rotation,
      workers: () => this.#supervisor.workers,
      everyone: () => this.#supervisor.everyone,
      onBegin: () => this.#endBackoffs(),
      onReplacement: (one) => {
        this.recycling.remember({ kind: 'reload', value: null, limit: null, ...one });
      },
      onCanary: ({ slot, after, tookMs }, left) => {
        this.#log('info', 'canary is well', { slot, pid: after?.pid ?? null, tookMs, left });
      },
    });
  }

  get isReloading(): boolean {
    return this.#reloader.isRunning;
  }

  #count(record: RecycleRecord): void {
    const { kind, outcome } = record;
    if (kind !== 'reload') this.counts.recycling.add({ cause: kind, outcome });
    logReplacement(this.#log, record);
  }

  /** Why workers can't be added, or end, now; undefined: they can. */
  #blocks(direction: 'up' | 'down'): string | undefined {
    if (this.isReloading) return 'a reload is under way';
    // More workers do a replacement no harm; its own must not end.
    return direction === 'up' || this.#rotation.isIdle ? undefined : 'a worker is being replaced';
  }

  /**
   * Whether memory has room for `count` more workers, each the size of the smallest present one;
   * otherwise the reason why not.
   */
  roomFor(count: number): true | string {
    return this.#room.for(count, this.#supervisor.workers);
  }

  snapshot(): ReplacingSnapshot {
    const { progress = null, stopped = null } = this.#reloader;
    return { ...this.recycling.snapshot(), reload: progress, stoppedReload: stopped };
  }

  /** Call it several times a second, and `moved` when a worker becomes READY or ends. */
  tick(): void {
    this.#rotation.tick();
    this.scaling.tick();
    if (!this.#isClosed) this.recycling.tick();
  }

  moved(): void {
    this.#rotation.tick();
  }

  /** @throws ReloadError if a new worker fails; the remaining old ones keep serving */
  async reload(): Promise<ReloadOutcome> {
    this.#log('info', 'reloading', { app: whereIs(this.#app) });
    try {
      const outcome = await this.#reloader.reload();
      this.counts.reloads.add({ outcome: 'done' });
      this.#log('info', 'reloaded', { ...outcome });
      return outcome;
    } catch (error) {
      this.counts.reloads.add({ outcome: 'stopped' });
      this.#log('error', thrownMessage(error));
      throw error;
    }
  }

  /** Stops all replacements that have not begun. */
  close(): void {
    this.#isClosed = true;
    this.scaling.close();
    this.#reloader.close();
  }

  /** Starts workers in slots that wait for their next try: the new code may mend them. */
  #endBackoffs(): void {
    for (const slot of this.#supervisor.slots) {
      const isWaiting = slot.state.kind === 'BACKOFF' && slot.state.until < Infinity;
      if (isWaiting) this.#supervisor.reopen(slot);
    }
  }

  /** Ticks when a proof is over: the regular ticks are further apart than some proofs are long. */
  #wakeAfter(ms: number): void {
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(() => this.#rotation.tick(), Math.ceil(ms)).unref();
  }
}

/** Resolves the symbolic links in a module's path. */
function whereIs(url: string): string {
  try {
    return realpathSync(fileURLToPath(url));
  } catch {
    return url;
  }
}

function logReplacement(log: PrimaryLog, record: RecycleRecord): void {
  const { kind, slot, reason, outcome, failure, before, after, tookMs } = record;
  const who = { slot, pid: before.pid, by: after?.pid ?? null, tookMs };
  const level = kind === 'hard-memory' ? 'warn' : 'info';
  if (failure === null) log(level, 'worker replaced', { kind, reason, ...who });
  else {
    const message = outcome === 'failed' ? 'worker ended, and the new one failed' : 'worker kept';
    log('warn', message, { kind, reason, failure, ...who });
  }
}
