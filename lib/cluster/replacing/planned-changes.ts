import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Clock } from '../../common/clock.ts';
import { remembered } from '../../common/remembered.ts';
import { Tally } from '../../common/tally.ts';
import { thrownMessage } from '../../common/to-error.ts';
import type { ResolvedGroupOptions } from '../group.options.ts';
import type { PrimaryLog } from '../primary-log.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import { type GroupMemory, groupMemory, hasRoomFor } from './group-memory.ts';
import { mib } from './recycle-policy.ts';
import { type RecycleRecord, Recycling } from './recycling.ts';
import { Reloader, type ReloadOutcome } from './reload.ts';
import { Rotation } from './rotation.ts';

export interface PlannedChangesDependencies {
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

/** Cache time of the group's memory reading. */
const MEMORY_FOR_MS = 500;

/** Replaces healthy workers: recycling and reloads, through one rotation. */
export class PlannedChanges {
  readonly recycling: Recycling;
  readonly counts: ReplacementCounts = {
    reloads: new Tally([{ outcome: 'done' }, { outcome: 'stopped' }]),
    recycling: new Tally(),
  };
  readonly #rotation: Rotation;
  readonly #reloader: Reloader;
  readonly #app: string;
  readonly #log: PrimaryLog;
  readonly #supervisor: Supervisor;
  readonly #memory: () => GroupMemory | undefined;
  #isClosed = false;

  constructor(
    { app, recycle, reload, supervision }: ResolvedGroupOptions,
    { supervisor, clock, random, log }: PlannedChangesDependencies,
  ) {
    const memory = remembered(groupMemory, MEMORY_FOR_MS, clock);
    const rotation = new Rotation(supervisor, clock, {
      askForRoom: () => this.roomFor(1),
      quorum: supervision.quorum,
    });
    const recycling = new Recycling({
      recycle,
      bootTimeoutMs: supervision.bootTimeoutMs,
      supervisor,
      rotation,
      clock,
      random,
      onRecord: (record) => {
        const { kind, outcome } = record;
        if (kind !== 'reload') this.counts.recycling.add({ cause: kind, outcome });
        logReplacement(log, record);
      },
      groupMemory: memory,
      onWarning: (message, fields) => log('warn', message, fields),
    });
    this.#app = app;
    this.#log = log;
    this.#supervisor = supervisor;
    this.#memory = memory;
    this.#rotation = rotation;
    this.recycling = recycling;
    this.#reloader = new Reloader({
      reload,
      rotation,
      workers: () => supervisor.workers,
      onReplacement: (one) => {
        recycling.remember({ kind: 'reload', value: null, limit: null, ...one });
      },
    });
  }

  get isReloading(): boolean {
    return this.#reloader.isRunning;
  }

  /**
   * Whether memory has room for `count` more workers, each the size of the smallest present one;
   * otherwise the reason why not.
   */
  roomFor(count: number): true | string {
    const weights = this.#supervisor.workers.flatMap(({ usage }) => usage?.privateBytes ?? []);
    const memory = this.#memory();
    if (memory === undefined || weights.length === 0) return true;
    const needed = count * Math.min(...weights);
    if (hasRoomFor(needed, memory)) return true;
    const { usedBytes, limitBytes } = memory;
    return (
      `of the ${mib(limitBytes)} that the container may use ${mib(usedBytes)} are taken, and ` +
      `${mib(needed)} more are needed: give it more memory, or run fewer workers`
    );
  }

  /** Call it several times a second, and `moved` when a worker becomes READY or ends. */
  tick(): void {
    this.#rotation.tick();
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
    this.#reloader.close();
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
