import type { WorkerReports } from '../../reports/report-types.ts';
import { columnsOf, table } from '../view/table.ts';
import { reportPage } from './page.ts';

type Row = WorkerReports['liveness'][number] & { worker: number };

const COLUMNS = columnsOf<Row>({
  name: { label: 'Check', kind: 'code', of: ({ name }) => name },
  status: { label: 'State', kind: 'state', of: ({ status }) => status },
  error: { label: 'Why', of: ({ error }) => error },
  tookMs: { label: 'Took', kind: 'duration', of: ({ tookMs }) => tookMs },
  at: { label: 'Looked', kind: 'moment', of: ({ at }) => at },
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
  // Every liveness check counts.
  counts: 'elsewhere',
});

/** Last outcomes of the application's liveness checks. */
export const livenessPage = reportPage({
  name: 'liveness',
  title: 'Liveness',
  group: 'Now',
  about:
    'Checks of the application that have a worker replaced when they keep failing: @LivenessCheck().',
  render({ data }) {
    const rows = data.flatMap(({ worker, value }) => value.map((check) => ({ ...check, worker })));
    return table(COLUMNS, rows, {
      id: 'checks',
      caption: 'Liveness checks',
      empty: 'The application has no liveness checks.',
    });
  },
});
