import type { Audit } from '../audit.ts';
import type { GroupReports } from '../group-reports.provider.ts';
import type { GroupHistory } from '../history/group-history.ts';
import { WINDOWS } from '../history/history-window.ts';
import type { Incidents } from '../incidents/incidents.ts';
import { type JournalEntry, journalOf } from './journal.ts';

export interface GroupJournalOptions {
  reports: GroupReports;
  history: GroupHistory;
  incidents: Incidents;
  audit: Audit;
}

/** Reads the journal of a group from what its processes know. */
export class GroupJournal {
  readonly #options: GroupJournalOptions;

  constructor(options: GroupJournalOptions) {
    this.#options = options;
  }

  /** Entries as of now, newest first. @throws PrimarySilentError */
  async entries(): Promise<JournalEntry[]> {
    const { reports, history, incidents, audit } = this.#options;
    const [{ data: workers }, exits, recycling, scaling, blocked, actions] = await Promise.all([
      reports.workers(),
      reports.primary('exits'),
      reports.primary('recycling'),
      // A primary of an older release, during an upgrade, has neither this nor actions.
      reports.primary('scaling').catch(() => null),
      reports.gather('blocked-loop'),
      reports.primary('actions').catch(() => []),
    ]);
    const now = Date.now();
    return journalOf({
      workers,
      exits,
      replacements: recycling.history,
      scaling: scaling?.history ?? [],
      blocked: blocked.data,
      queues: history.queuePoints(now, WINDOWS['30m']),
      audit: audit.records,
      actions,
      incidents: incidents.all,
      now,
    });
  }
}
