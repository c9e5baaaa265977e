import type { CheckOutcome } from '../../common/checks.ts';
import type { WorkerAnswer } from '../group-reports.provider.ts';
import type { ReadinessReport } from '../own/contributions.explorer.ts';
import { columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';

const COLUMNS = columnsOf<CheckOutcome & { worker: number }>({
  name: { label: 'Check', kind: 'code', of: ({ name }) => name },
  status: { label: 'State', kind: 'state', of: ({ status }) => status },
  counts: { label: 'Counts', of: ({ counts }) => (counts ? 'yes' : 'no') },
  error: { label: 'Why', of: ({ error }) => error },
  tookMs: { label: 'Took', kind: 'duration', of: ({ tookMs }) => tookMs },
  at: { label: 'Looked', kind: 'moment', of: ({ at }) => at },
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
});

/** Time limit for an answer; checks have limits of their own. */
const TIMEOUT_MS = 900;

/** Readiness checks of the application. */
export const readinessPage = page<WorkerAnswer<ReadinessReport>[]>({
  name: 'readiness',
  title: 'Readiness',
  group: 'Now',
  about: 'Checks of the application that decide what /readyz says: @ReadinessCheck().',
  load: ({ reports, worker }) => reports.gather('readiness', { worker, timeoutMs: TIMEOUT_MS }),
  render({ data }) {
    const rows = data.flatMap(({ worker, value }) =>
      value.checks.map((check) => ({ ...check, worker })),
    );
    return table(COLUMNS, rows, {
      id: 'checks',
      caption: 'Readiness checks',
      empty: 'The application has no checks.',
    });
  },
});
