import type { WorkerAnswer } from '../envelope.ts';
import type { ReadinessReport } from '../own/contributions.explorer.ts';
import { checksTable } from './checks-table.ts';
import { page } from './page.ts';

/** Time limit for an answer; checks have limits of their own. */
export const READINESS_TIMEOUT_MS = 900;

/** Readiness checks of the application. */
export const readinessPage = page<WorkerAnswer<ReadinessReport>[]>({
  name: 'readiness',
  title: 'Readiness',
  section: 'Overview',
  isListed: false,
  about: 'Checks of the application that decide /readyz. @ReadinessCheck()',
  load: ({ reports, worker }) =>
    reports.gather('readiness', { worker, timeoutMs: READINESS_TIMEOUT_MS }),
  render({ data }) {
    const rows = data.flatMap(({ worker, value }) =>
      value.checks.map((check) => ({ ...check, worker })),
    );
    return checksTable(rows, 'Readiness checks', 'No readiness checks.');
  },
});
