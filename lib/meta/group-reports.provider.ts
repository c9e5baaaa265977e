import { Injectable } from '@nestjs/common';

import { thrownMessage } from '../common/errors/to-error.ts';
import type {
  PrimaryReportName,
  PrimaryReports,
  WorkerReportName,
  WorkerReports,
} from '../reports/report-types.ts';
import type { Gathered, GatherOptions, ReportsSource } from '../reports/reports-source.ts';
import type { OperationDescription } from '../reports/reports.ts';
import {
  type ChangeEnvelope,
  type Coverage,
  coverageOf,
  type Envelope,
  envelope,
  type WorkerAnswer,
  type WorkerOutcome,
  type WorkerRow,
} from './envelope.ts';
import { type Departed, KeptReports } from './kept-reports.ts';
import { NotFoundError, OperationError } from './meta.errors.ts';
import { PRIMARY_TIMEOUT_MS, PrimaryMemory } from './primary-memory.ts';

/** Time limit for an answer of a worker. */
const GATHER_TIMEOUT_MS = 200;

/** Time limit for an operation. */
const RUN_TIMEOUT_MS = 1_000;

/** Answers of the workers to one report. */
export type Answers<K extends WorkerReportName> = WorkerAnswer<WorkerReports[K]>[];

export interface AskingOptions {
  /** Id of the only worker to ask. @default all */
  worker?: number | undefined;
  /** Time limit per answer. @default 200, or 1000 for an operation */
  timeoutMs?: number | undefined;
}

export interface RunningOptions extends AskingOptions {
  /**
   * Whether workers with a blocked event loop are left out. Otherwise they carry the operation out
   * once their loop turns, which delays the end up to `timeoutMs`. @default false
   */
  skipsStalled?: boolean | undefined;
}

/** Operation, and the processes that offer it. */
export interface OfferedOperation extends OperationDescription {
  by: 'workers' | 'primary';
}

/** Status of an operation that no worker carried out. */
const NOBODY_DID = 502;

const NOBODY: Coverage = { expected: 0, answered: 0, missing: [] };

/** Collects the reports of the group's processes, for the pages and the JSON. */
@Injectable()
export class GroupReports {
  readonly #source: ReportsSource;
  readonly #primary: PrimaryMemory;
  /** Last reports of workers that are silent or have ended. */
  readonly kept: KeptReports;
  /** Lists of operations of the workers that answered last. */
  #offered: readonly unknown[] = [];
  /** Pending queries: an equal query shares the answer. */
  readonly #asked = new Map<string, Promise<unknown>>();

  /** @param kept of workers that ended, by another process of the pages */
  constructor(source: ReportsSource, kept?: readonly Departed[]) {
    this.#source = source;
    this.kept = new KeptReports(kept);
    this.#primary = new PrimaryMemory(source);
  }

  /** Whether the group is ready; false too while the primary does not answer. */
  async isReady(): Promise<boolean> {
    try {
      return await this.primaryNow('ready');
    } catch {
      return false;
    }
  }

  /** @throws PrimarySilentError */
  async workers(): Promise<Envelope<PrimaryReports['workers']>> {
    const rows = await this.primary('workers');
    return envelope(rows, coverageOf(rows));
  }

  /** @throws PrimarySilentError */
  async acceptQueue(): Promise<Envelope<PrimaryReports['accept-queue']>> {
    const [workers, queues] = await Promise.all([this.workers(), this.primary('accept-queue')]);
    return envelope(queues, workers.workers);
  }

  /**
   * Checks that a worker is there, or ended a while ago; undefined passes.
   *
   * @throws PrimarySilentError
   * @throws NotFoundError
   */
  async demandWorker(worker: number | undefined): Promise<void> {
    if (worker !== undefined && !this.kept.has(worker)) await this.demandPresent(worker);
  }

  /** Checks that a worker is there. @throws PrimarySilentError, NotFoundError */
  async demandPresent(worker: number): Promise<void> {
    const rows = await this.primary('workers');
    if (!rows.some(({ id }) => id === worker)) throw new NotFoundError(noWorker(worker));
  }

  /** Time of the primary's last answer, in milliseconds since the epoch; undefined: it answers. */
  get primarySilentSince(): number | undefined {
    return this.#primary.silentSince;
  }

  /**
   * One of the primary's reports; while it is silent, the last one that it gave.
   *
   * @throws PrimarySilentError if it never gave one
   */
  primary<K extends PrimaryReportName>(name: K): Promise<PrimaryReports[K]> {
    return this.#once(`primary ${name}`, () => this.#primary.latest(name));
  }

  /** One of the primary's reports as of now. @throws PrimarySilentError */
  primaryNow<K extends PrimaryReportName>(name: K): Promise<PrimaryReports[K]> {
    return this.#once(`primary now ${name}`, () => this.#primary.ask(name));
  }

  /**
   * Gathers a report from the workers; evidence also from those that ended. A silent worker never
   * makes it late: `missing` has its id, and its last answer stands if it was kept.
   *
   * @throws PrimarySilentError
   * @throws NotFoundError when there is no worker with the given id
   */
  async gather<K extends WorkerReportName>(
    name: K,
    { worker, timeoutMs = GATHER_TIMEOUT_MS }: AskingOptions = {},
  ): Promise<Envelope<Answers<K>>> {
    const departed = this.kept.ofDeparted(name, worker) as Answers<K>;
    if (worker !== undefined && this.kept.has(worker)) return envelope(departed, NOBODY);
    const { rows, options } = await this.#whom(worker, timeoutMs);
    const key = `workers ${name} ${worker ?? 'all'} ${timeoutMs}`;
    const gathered = await this.#once(key, () => this.#source.workers(name, options));
    const answered = answersOf<WorkerReports[K]>(rows, gathered);
    const silent = this.kept.ofSilent(name, answered.workers.missing) as Answers<K>;
    const stale = silent.map(({ worker: id, at = '' }) => ({ worker: id, at }));
    const workers = stale.length === 0 ? answered.workers : { ...answered.workers, stale };
    return envelope([...answered.data, ...silent, ...departed], workers);
  }

  /**
   * Runs an operation in workers. `outcomes` lists its outcome in each.
   *
   * @throws PrimarySilentError
   * @throws NotFoundError when there is no worker with the given id
   * @throws OperationError when no worker carried it out
   */
  async run<T = unknown>(
    name: string,
    input: unknown,
    { worker, timeoutMs = RUN_TIMEOUT_MS, skipsStalled = false }: RunningOptions = {},
  ): Promise<ChangeEnvelope<T>> {
    const { rows, options } = await this.#whom(worker, timeoutMs);
    const whom = skipsStalled ? options : { ...options, except: [] };
    const gathered = await this.#source.run(name, input, whom);
    const answered = answersOf<T>(rows, gathered);
    const outcomes = outcomesOf(rows, gathered);
    if (outcomes.some(({ status }) => status === 'done')) return { ...answered, outcomes };
    const message = gathered.errors[0]?.message ?? 'No worker answered';
    throw new OperationError(message, NOBODY_DID, outcomes);
  }

  /** Runs an operation in the primary. @throws OperationError when it was refused or failed */
  async runPrimary(name: string, input: unknown, timeoutMs = RUN_TIMEOUT_MS): Promise<unknown> {
    return this.#source.runPrimary(name, input, { timeoutMs }).catch((error: unknown) => {
      throw new OperationError(thrownMessage(error));
    });
  }

  /** Operations that the processes offer, without duplicates; while no worker answers, the last ones. */
  async operations(): Promise<OfferedOperation[]> {
    const { options } = await this.#whom(undefined, GATHER_TIMEOUT_MS);
    const [workers, primary] = await Promise.all([
      this.#source.operations(options),
      this.#source.primaryOperations({ timeoutMs: PRIMARY_TIMEOUT_MS }).catch(() => []),
    ]);
    if (workers.answers.length > 0) this.#offered = workers.answers.map(({ value }) => value);
    const offered = new Map<string, OfferedOperation>();
    const add = (list: unknown, by: OfferedOperation['by']): void => {
      for (const one of asRows(list) as OperationDescription[])
        offered.set(one.name, { ...one, by });
    };
    for (const list of this.#offered) add(list, 'workers');
    add(primary, 'primary');
    return [...offered.values()];
  }

  async #whom(
    worker: number | undefined,
    timeoutMs: number,
  ): Promise<{ rows: WorkerRow[]; options: GatherOptions }> {
    const all = await this.primary('workers');
    const rows = worker === undefined ? all : all.filter(({ id }) => id === worker);
    if (rows.length === 0 && worker !== undefined) {
      throw new NotFoundError(noWorker(worker));
    }
    const { missing: except } = coverageOf(rows);
    const expected = rows.flatMap(({ id, state }) => {
      return id !== null && state === 'READY' && !except.includes(id) ? [id] : [];
    });
    return {
      rows,
      options: { timeoutMs, expected, except, ...(worker === undefined ? {} : { only: worker }) },
    };
  }

  #once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#asked.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const asked = ask().finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked;
  }
}

/** States of workers that will end: a change that they do not hear of is no loss. */
const ENDING = new Set(['DRAINING', 'STOPPING', 'EXITED']);

/** Which workers carried out a change, in the order of their ids. */
function outcomesOf(
  rows: readonly WorkerRow[],
  { answers, without, errors }: Gathered,
): WorkerOutcome[] {
  // An operation without a result counts as `without`.
  const done = new Set([...answers.map(({ identity }) => identity.id), ...without]);
  const failed = new Map(errors.map(({ worker, message }) => [worker, message]));
  const outcomes = rows.flatMap(({ id, state }): WorkerOutcome[] => {
    if (id === null) return [];
    if (done.has(id)) return [{ worker: id, status: 'done' }];
    const error = failed.get(id);
    if (error !== undefined) return [{ worker: id, status: 'failed', error }];
    return ENDING.has(state) ? [] : [{ worker: id, status: 'silent' }];
  });
  return outcomes.toSorted((x, y) => x.worker - y.worker);
}

/** Wraps answers; a worker that did not answer is missing, whether it was asked or not. */
function answersOf<T>(
  rows: readonly WorkerRow[],
  { answers, without }: Gathered,
): Envelope<WorkerAnswer<T>[]> {
  const present = rows.flatMap(({ id }) => (id === null ? [] : [id]));
  const own = answers.map(({ identity, value }) => ({ worker: identity.id, value: value as T }));
  const heard = new Set([...own.map(({ worker }) => worker), ...without]);
  const missing = present.filter((id) => !heard.has(id));
  const answered = present.length - missing.length;
  const coverage = { expected: rows.length, answered, missing };
  return envelope(own, coverage);
}

function noWorker(worker: number): string {
  return `There is no worker ${worker}`;
}

function asRows(value: unknown): object[] {
  return Array.isArray(value) ? value : [];
}
