import type { GroupReports } from '../group-reports.provider.ts';
import type { GroupHistory } from '../history/group-history.ts';
import { findProblems } from './find-problems.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { type Incident, IncidentLog } from './incident-log.ts';

export interface IncidentsOptions {
  reports: GroupReports;
  history: GroupHistory;
  /** What another process has kept. */
  kept: readonly Incident[] | undefined;
}

/** Looks for problems of the group, and keeps them for a while after their end. */
export class Incidents {
  readonly #reports: GroupReports;
  readonly #history: GroupHistory;
  readonly #log: IncidentLog;
  #looking: Promise<void> | undefined;

  constructor({ reports, history, kept }: IncidentsOptions) {
    this.#reports = reports;
    this.#history = history;
    this.#log = new IncidentLog(kept);
  }

  /** As of the latest look: the worst first, then those that ended. */
  get all(): Incident[] {
    return this.#log.all;
  }

  absorb(kept: readonly Incident[] | undefined): void {
    this.#log.absorb(kept);
  }

  /** Looks now; looks at the same time share the answer. @throws PrimarySilentError */
  async look(): Promise<Incident[]> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    await this.#looking;
    return this.all;
  }

  async #look(): Promise<void> {
    const evidence = await gatherEvidence(this.#reports, this.#history, Date.now());
    const now = Date.now();
    const { missing, primarySilentSince } = evidence;
    const knowsAll = primarySilentSince === null;
    this.#log.take({ problems: findProblems(evidence, now), missing, knowsAll, now });
  }
}
