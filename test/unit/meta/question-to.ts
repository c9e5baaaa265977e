import { Audit } from '../../../lib/meta/audit.ts';
import { GroupReports } from '../../../lib/meta/group-reports.provider.ts';
import { GroupHistory } from '../../../lib/meta/history/group-history.ts';
import { Incidents } from '../../../lib/meta/incidents/incidents.ts';
import { GroupJournal } from '../../../lib/meta/journal/group-journal.ts';
import type { Question } from '../../../lib/meta/pages/page.ts';
import type { ReportsSource } from '../../../lib/reports/reports-source.ts';

/** Request for a page of a group without a past. */
export function questionTo(source: Partial<ReportsSource>): Question {
  const reports = new GroupReports(source as ReportsSource);
  const history = new GroupHistory();
  const incidents = new Incidents({ reports, history, kept: undefined });
  const audit = new Audit(() => undefined);
  const journal = new GroupJournal({ reports, history, incidents, audit });
  const visitor = { name: 'ada', access: 'read' } as const;
  return { reports, history, incidents, journal, visitor, worker: undefined, query: {} };
}
