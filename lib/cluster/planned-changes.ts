import type { Clock } from '../common/clock.ts';
import { remembered } from '../common/remembered.ts';
import { groupMemory } from './group-memory.ts';
import type { ResolvedGroupOptions } from './group.options.ts';
import type { PrimaryLog } from './primary-log.ts';
import { type RecycleRecord, Recycling } from './recycling.ts';
import { Reloader, type ReloadOutcome } from './reload.ts';
import { Rotation } from './rotation.ts';
import type { Supervisor } from './supervisor.ts';

export interface PlannedChangesDependencies {
  supervisor: Supervisor;
  clock: Clock;
  random: () => number;
  log: PrimaryLog;
}

/** How long a reading of the memory of all processes counts, in milliseconds. */
const MEMORY_FOR_MS = 500;

/** Everything that replaces workers which go on well: recycling and reloads, through one rotation. */
export class PlannedChanges {
  readonly recycling: Recycling;
  readonly #rotation: Rotation;
  readonly #reloader: Reloader;
  readonly #log: PrimaryLog;
  #isClosed = false;

  constructor(
    { recycle, reload, supervision }: ResolvedGroupOptions,
    { supervisor, clock, random, log }: PlannedChangesDependencies,
  ) {
    const rotation = new Rotation(supervisor, clock);
    const recycling = new Recycling({
      recycle,
      readyWithinMs: supervision.bootTimeoutMs,
      supervisor,
      rotation,
      clock,
      random,
      onRecord: (record) => logReplacement(log, record),
      groupMemory: remembered(groupMemory, MEMORY_FOR_MS, clock),
      onWarning: (message, fields) => log('warn', message, fields),
    });
    this.#log = log;
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

  /** Call it several times a second, and `moved` when a worker gets READY or ends. */
  tick(): void {
    this.#rotation.tick();
    if (!this.#isClosed) this.recycling.tick();
  }

  moved(): void {
    this.#rotation.tick();
  }

  /** @throws ReloadError when a new worker fails; the old ones that are left go on */
  async reload(): Promise<ReloadOutcome> {
    this.#log('info', 'reloading');
    try {
      const outcome = await this.#reloader.reload();
      this.#log('info', 'reloaded', { ...outcome });
      return outcome;
    } catch (error) {
      this.#log('error', error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** Nothing is replaced any more. */
  close(): void {
    this.#isClosed = true;
    this.#reloader.close();
  }
}

function logReplacement(log: PrimaryLog, record: RecycleRecord): void {
  const { kind, slot, reason, failure, before, after, tookMs } = record;
  const who = { slot, pid: before.pid, by: after?.pid ?? null, tookMs };
  const level = kind === 'hard-memory' ? 'warn' : 'info';
  if (failure === null) log(level, 'worker replaced', { kind, reason, ...who });
  else log('warn', 'worker kept', { kind, reason, failure, ...who });
}
