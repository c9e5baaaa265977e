import { Injectable } from '@nestjs/common';

import type { ReportsHub } from '../reports/reports-hub.ts';
import { coverageOf, type Envelope, envelope, type WorkerRow } from './envelope.ts';
import { PrimarySilentError } from './meta.errors.ts';

/** Time in which the primary has to answer, in milliseconds. */
const GATHER_TIMEOUT_MS = 200;

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

function asRows(value: unknown): object[] {
  return Array.isArray(value) ? value : [];
}
