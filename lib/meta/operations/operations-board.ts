import { randomBytes } from 'node:crypto';

import { thrownMessage } from '../../common/errors/to-error.ts';
import type {
  AccessLevel,
  GuardedOperation,
} from '../../common/http/secondary-listener.options.ts';
import { ignore } from '../../common/ignore.ts';
import { processRedactor } from '../../common/redaction/process-redactor.ts';
import { suffices, type Visitor } from '../access.ts';
import type { Audit } from '../audit.ts';
import { isPartial, type WorkerOutcome } from '../envelope.ts';
import type { GroupReports } from '../group-reports.provider.ts';
import { demand } from '../guard.ts';
import { learnHiddenNames } from '../hidden-names.ts';
import {
  AccessError,
  BusyError,
  NotFoundError,
  OperationError,
  QueryError,
} from '../meta.errors.ts';
import type { Artifact, Artifacts } from './artifacts.ts';
import { readInput } from './input.ts';
import { offeredOperations } from './offered.ts';
import type { Job, Operation, OperationInput, OperationRun } from './operation.ts';
import { workerIn } from './worker-field.ts';

export interface BoardOptions {
  reports: GroupReports;
  audit: Audit;
  artifacts: Artifacts;
  /** Operations of the pages themselves. */
  own: readonly Operation[];
  /** Guarded operations that are allowed. */
  allow: readonly GuardedOperation[];
}

/** Maximum number of runs kept. */
const MAX_RUNS = 50;

/** `Retry-After` of a refused start. */
const RETRY_MS = 5_000;

interface Entry {
  run: OperationRun;
  /** What its operation requires: input and result are as confidential. */
  readonly access: AccessLevel;
  /** As given; `run` shows it without secrets. */
  readonly input: OperationInput;
  abort: AbortController;
  isQuick: boolean;
  /** Of the workers that it asked. */
  outcomes: readonly WorkerOutcome[];
}

/** Starts, tracks and cancels operations. At most one that is not quick runs at a time. */
export class OperationsBoard {
  readonly #options: BoardOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: BoardOptions) {
    this.#options = options;
  }

  /** Runs that a visitor may see, latest first. */
  runsFor({ access }: Visitor): OperationRun[] {
    const seen = [...this.#entries.values()].filter((entry) => suffices(access, entry.access));
    return seen.map(({ run }) => run).toReversed();
  }

  /** Operations available now: our own, and those that the processes offer. */
  async available(): Promise<Operation[]> {
    const offered = await offeredOperations(this.#options.reports);
    const own = new Set(this.#options.own.map(({ name }) => name));
    return [...this.#options.own, ...offered.filter(({ name }) => !own.has(name))];
  }

  isAllowed({ guard }: Operation): boolean {
    return guard === undefined || this.#options.allow.includes(guard);
  }

  /** @throws NotFoundError, AccessError */
  find(id: string, visitor: Visitor): OperationRun {
    return this.#entryOf(id, visitor).run;
  }

  /**
   * Starts an operation, which runs in the background.
   *
   * @throws NotFoundError, AccessError, QueryError, BusyError
   */
  async start(name: string, body: unknown, visitor: Visitor): Promise<OperationRun> {
    const operation = (await this.available()).find((one) => one.name === name);
    if (operation === undefined) throw new NotFoundError(`There is no operation "${name}"`);
    this.#refuse(operation, visitor);
    const input = inputOf(operation, body);
    const worker = workerIn(operation.fields ?? [], input);
    if (worker !== undefined) await this.#options.reports.demandPresent(worker);
    this.#options.audit.admit();
    await learnHiddenNames(this.#options.reports).catch(ignore);
    const entry = this.#begin(operation, input, visitor);
    const { audit } = this.#options;
    const change = {
      by: visitor.name,
      what: name,
      input: entry.run.input,
      isPartial: () => isPartial(entry.outcomes),
    };
    if (operation.isLong === true) {
      audit.add({ by: visitor.name, what: name, input: entry.run.input, outcome: 'started' });
    }
    void audit
      .watch(change, undefined, () => operation.run(this.#jobOf(operation, entry)))
      .then((result) => settle(entry, endOf(entry, result)))
      .catch((error: unknown) => settle(entry, failureOf(error)));
    return entry.run;
  }

  /** Cancels a run, unless it has ended. @throws NotFoundError, AccessError */
  cancel(id: string, visitor: Visitor): OperationRun {
    const entry = this.#entryOf(id, visitor);
    const { run } = entry;
    if (run.state !== 'RUNNING') return run;
    entry.abort.abort();
    this.#options.audit.add({
      by: visitor.name,
      what: 'cancel',
      input: { id, name: run.name },
      outcome: 'done',
    });
    settle(entry, { state: 'CANCELLED' });
    return entry.run;
  }

  close(): void {
    for (const { abort } of this.#entries.values()) abort.abort();
  }

  #entryOf(id: string, visitor: Visitor): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new NotFoundError('There is no such operation');
    demand(visitor, entry.access);
    return entry;
  }

  #refuse(operation: Operation, visitor: Visitor): void {
    demand(visitor, operation.access);
    if (!this.isAllowed(operation)) {
      const { name, guard = '' } = operation;
      throw new AccessError(
        `"${name}" is not allowed: add '${guard}' to \`allow\` of the pages`,
        403,
      );
    }
    if (operation.isQuick === true) return;
    const other = [...this.#entries.values()].find(
      ({ run, isQuick }) => run.state === 'RUNNING' && !isQuick,
    );
    if (other === undefined) return;
    throw new BusyError(
      `"${other.run.title}" is under way; wait for it or cancel it`,
      409,
      RETRY_MS,
    );
  }

  #begin(
    { name, title, access, isQuick = false }: Operation,
    input: OperationInput,
    visitor: Visitor,
  ): Entry {
    const id = randomBytes(12).toString('hex');
    const run: OperationRun = {
      id,
      name,
      title,
      by: visitor.name,
      input: processRedactor().value(input) as OperationInput,
      startedAt: new Date().toISOString(),
      progress: '',
      artifacts: [],
      state: 'RUNNING',
    };
    const entry = { run, access, input, abort: new AbortController(), isQuick, outcomes: [] };
    this.#entries.set(id, entry);
    const oldest = [...this.#entries].find(
      ([
        ,
        {
          run: { state },
        },
      ]) => state !== 'RUNNING',
    );
    if (this.#entries.size > MAX_RUNS && oldest !== undefined) this.#entries.delete(oldest[0]);
    return entry;
  }

  #jobOf({ access }: Operation, entry: Entry): Job {
    const { reports, artifacts } = this.#options;
    return {
      by: entry.run.by,
      input: entry.input,
      reports,
      signal: entry.abort.signal,
      progress: (text) => {
        entry.run.progress = text;
      },
      carriedOut: (outcomes) => {
        entry.outcomes = outcomes;
      },
      keep: async (artifact): Promise<Artifact> => {
        const kept = await artifacts.keep({ ...artifact, access });
        entry.run.artifacts.push(kept);
        return kept;
      },
    };
  }
}

type Outcome =
  | { state: 'DONE'; result: unknown }
  | { state: 'PARTIAL'; result: unknown; outcomes: WorkerOutcome[] }
  | { state: 'FAILED'; error: string; outcomes?: WorkerOutcome[] }
  | { state: 'CANCELLED' };

function endOf({ outcomes }: Entry, result: unknown): Outcome {
  if (!isPartial(outcomes)) return { state: 'DONE', result };
  return { state: 'PARTIAL', result, outcomes: [...outcomes] };
}

function failureOf(error: unknown): Outcome {
  const outcomes = error instanceof OperationError ? error.outcomes : undefined;
  const failed = { state: 'FAILED', error: thrownMessage(error) } as const;
  return outcomes === undefined ? failed : { ...failed, outcomes: [...outcomes] };
}

/** Keeps the first outcome: a cancelled run may still end in another way. */
function settle(entry: Entry, outcome: Outcome): void {
  if (entry.run.state !== 'RUNNING') return;
  entry.run = { ...entry.run, ...outcome, endedAt: new Date().toISOString() };
}

function inputOf({ fields = [], confirmation }: Operation, body: unknown): OperationInput {
  if (confirmation === undefined) return readInput(fields, body);
  const { confirm, ...input } = readInput([...fields, CONFIRM], body);
  if (confirm !== confirmation) throw new QueryError(`"confirm" must be: ${confirmation}`);
  return input;
}

const CONFIRM = { name: 'confirm', label: 'Confirm', kind: 'text' } as const;
