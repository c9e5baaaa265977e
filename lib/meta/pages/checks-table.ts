import type { CheckOutcome } from '../../common/checks/checks.ts';
import type { Html } from '../view/html.ts';
import { columnsOf, table } from '../view/table.ts';

type Row = CheckOutcome & { worker: number };

const COLUMNS = columnsOf<Row>({
  name: { label: 'Check', kind: 'code', of: ({ name }) => name },
  status: { label: 'State', kind: 'state', of: ({ status }) => status },
  counts: { label: 'Counts', of: ({ counts }) => (counts ? 'yes' : 'no') },
  error: { label: 'Reason', of: ({ error }) => error },
  tookMs: { label: 'Duration', kind: 'duration', of: ({ tookMs }) => tookMs },
  at: { label: 'Checked', kind: 'moment', of: ({ at }) => at },
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
});

/** Table of the outcomes of checks in all workers. */
export function checksTable(rows: readonly Row[], caption: string, empty: string): Html {
  return table(COLUMNS, rows, { id: 'checks', caption, empty });
}
