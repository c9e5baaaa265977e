import { ChannelRemoteError } from '../channel/channel.errors.ts';
import type { PrimaryReportName, PrimaryReports } from '../reports/report-types.ts';
import type { ReportsSource } from '../reports/reports-source.ts';
import { PrimarySilentError } from './meta.errors.ts';

/** Time limit for the primary: longer than for a worker, because all pages need it. */
export const PRIMARY_TIMEOUT_MS = 1_000;

/** Time limit of pages while it is silent; `ask` finds out whether it still is. */
const SILENT_TIMEOUT_MS = 200;

/** Asks the primary, and remembers its last reports for the time in which it does not answer. */
export class PrimaryMemory {
  readonly #source: Pick<ReportsSource, 'primary'>;
  readonly #last = new Map<PrimaryReportName, unknown>();
  #answeredAt: number | undefined;
  #isSilent = false;

  constructor(source: Pick<ReportsSource, 'primary'>) {
    this.#source = source;
  }

  /** Time of its last answer, in milliseconds since the epoch; undefined: it answers. */
  get silentSince(): number | undefined {
    return this.#isSilent ? this.#answeredAt : undefined;
  }

  /** @throws PrimarySilentError */
  async ask<K extends PrimaryReportName>(
    name: K,
    timeoutMs = PRIMARY_TIMEOUT_MS,
  ): Promise<PrimaryReports[K]> {
    const value = await this.#source.primary(name, { timeoutMs }).catch((cause: unknown) => {
      // An error of its own is an answer.
      this.#isSilent = !(cause instanceof ChannelRemoteError);
      throw new PrimarySilentError({ cause });
    });
    // Not connected yet, or of a release without this report.
    if (value === undefined) throw new PrimarySilentError();
    this.#isSilent = false;
    this.#answeredAt = Date.now();
    this.#last.set(name, value);
    return value as PrimaryReports[K];
  }

  /** Its current report, or while it is silent the last one. @throws PrimarySilentError without any */
  async latest<K extends PrimaryReportName>(name: K): Promise<PrimaryReports[K]> {
    try {
      return await this.ask(name, this.#isSilent ? SILENT_TIMEOUT_MS : PRIMARY_TIMEOUT_MS);
    } catch (error) {
      if (!this.#last.has(name)) throw error;
      return this.#last.get(name) as PrimaryReports[K];
    }
  }
}
