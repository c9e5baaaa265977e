import { Injectable } from '@nestjs/common';

import type { Gathered, ReportsHub } from '../reports/reports-hub.ts';
import { coverageOf, type Envelope, envelope, type WorkerRow } from './envelope.ts';
import { OperationError, PrimarySilentError } from './meta.errors.ts';

/** Time in which the primary has to answer, in milliseconds. */
const GATHER_TIMEOUT_MS = 200;

/** Time in which a worker has to do what it is told, in milliseconds. */
const RUN_TIMEOUT_MS = 1_000;

/** What one worker said. */
export interface WorkerAnswer {
  worker: number;
  value: unknown;
}

/** What the processes of the group report, as the pages and the JSON need it. */
@Injectable()
export class GroupReports {
  readonly #hub: ReportsHub;

  constructor(hub: ReportsHub) {
    this.#hub = hub;
  }

  /** Whether enough workers are READY; false also while the primary does not answer. */
  async isReady(): Promise<boolean> {
    try {
      return (await this.#primary('ready')) === true;
    } catch {
      return false;
    }
  }

  /** @throws PrimarySilentError */
  async workers(): Promise<Envelope<WorkerRow[]>> {
    const rows = asRows(await this.#primary('workers')) as WorkerRow[];
    return envelope(rows, coverageOf(rows));
  }

  /** @throws PrimarySilentError */
  async acceptQueue(): Promise<Envelope<object[]>> {
    const [workers, rows] = await Promise.all([this.workers(), this.#primary('accept-queue')]);
    return envelope(asRows(rows), workers.workers);
  }

  /**
   * What the workers report under a name. A silent worker makes the answer partial, never late: it
   * is named among those that are missing.
   *
   * @param timeoutMs for each worker @default 200
   * @throws PrimarySilentError
   */
  async gather(name: string, timeoutMs = GATHER_TIMEOUT_MS): Promise<Envelope<WorkerAnswer[]>> {
    const rows = asRows(await this.#primary('workers')) as WorkerRow[];
    const { missing: except } = coverageOf(rows);
    const gathered = await this.#hub.workers(name, { timeoutMs, except });
    return answersOf(rows, gathered);
  }

  /**
   * Runs an operation in every worker.
   *
   * @throws PrimarySilentError
   * @throws OperationError when a worker refused the input
   */
  async run(name: string, input: unknown): Promise<Envelope<WorkerAnswer[]>> {
    const rows = asRows(await this.#primary('workers')) as WorkerRow[];
    const { missing: except } = coverageOf(rows);
    const gathered = await this.#hub.run(name, input, { timeoutMs: RUN_TIMEOUT_MS, except });
    const [error] = gathered.errors;
    if (error !== undefined) throw new OperationError(error);
    return answersOf(rows, gathered);
  }

  async #primary(name: string): Promise<unknown> {
    const value = await this.#hub
      .primary(name, { timeoutMs: GATHER_TIMEOUT_MS })
      .catch((cause: unknown) => {
        throw new PrimarySilentError({ cause });
      });
    if (value === undefined) throw new PrimarySilentError();
    return value;
  }
}

/** Workers that are there but did not answer are missing, whether they were asked or not. */
function answersOf(rows: readonly WorkerRow[], { answers }: Gathered): Envelope<WorkerAnswer[]> {
  const present = rows.flatMap(({ id }) => (id === null ? [] : [id]));
  const own = answers.map(({ identity, value }) => ({ worker: identity.id, value }));
  const missing = present.filter((id) => !own.some(({ worker }) => worker === id));
  const coverage = { expected: present.length, answered: own.length, missing };
  return envelope(own, coverage);
}

function asRows(value: unknown): object[] {
  return Array.isArray(value) ? value : [];
}
