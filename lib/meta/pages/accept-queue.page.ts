import type { PrimaryReports } from '../../reports/report-types.ts';
import { type Html, html } from '../view/html.ts';
import { section } from '../view/parts.ts';
import { type Column, type ColumnsOf, columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';

type Row = PrimaryReports['accept-queue'][number];

const NAME: Column<Row> = { label: 'Listener', kind: 'code', of: ({ listener }) => listener };

/** Current state of a queue. */
type Present = 'role' | 'transport' | 'length' | 'maxQueue' | 'oldestAgeMs' | 'pending' | 'ageMs';

const NOW: ColumnsOf<Pick<Row, Present>> = {
  role: { label: 'Serves', of: ({ role }) => (role === 'meta' ? 'these pages' : 'application') },
  transport: { label: 'Transport', of: ({ transport }) => transport },
  length: { label: 'Waiting', kind: 'count', of: ({ length }) => length },
  maxQueue: { label: 'Queue limit', kind: 'count', of: ({ maxQueue }) => maxQueue },
  oldestAgeMs: { label: 'Oldest', kind: 'duration', of: ({ oldestAgeMs }) => oldestAgeMs },
  pending: {
    label: 'Pending',
    kind: 'count',
    of: ({ pending }) => pending,
    help: 'Sent to a worker, not yet acknowledged',
  },
  ageMs: [
    { label: 'Queue wait p50', kind: 'duration', of: ({ ageMs }) => ageMs.p50 },
    { label: 'p95', kind: 'duration', of: ({ ageMs }) => ageMs.p95 },
    { label: 'p99', kind: 'duration', of: ({ ageMs }) => ageMs.p99 },
    { label: 'Max', kind: 'duration', of: ({ ageMs }) => ageMs.max },
  ],
};

const TOTALS: ColumnsOf<Omit<Row, Present | 'listener'>> = {
  accepted: { label: 'Accepted', kind: 'count', of: ({ accepted }) => accepted },
  handed: { label: 'Dispatched', kind: 'count', of: ({ handed }) => handed },
  shed: [
    { label: 'Shed: full', kind: 'count', of: ({ shed }) => shed.full },
    { label: 'Shed: timeout', kind: 'count', of: ({ shed }) => shed.age },
    { label: 'Shed: CoDel', kind: 'count', of: ({ shed }) => shed.codel },
    { label: 'Shed: pages down', kind: 'count', of: ({ shed }) => shed.down },
  ],
  closed: { label: 'Closed on shutdown', kind: 'count', of: ({ closed }) => closed },
  lingering: {
    label: 'Lingering',
    kind: 'count',
    of: ({ lingering }) => lingering,
    help: 'Refused with 503; kept open until the client has read the response',
  },
};

/** All figures of the queues: now, and since the start. */
export function queueTables(rows: readonly Row[]): Html {
  const empty = 'No listeners.';
  return html`${table([NAME, ...columnsOf(NOW)], rows, { id: 'queues', caption: 'Queues now', empty })}
  ${section('Since the start', html`<p class="hint">Each accepted connection counts in exactly one column.</p>`, table([NAME, ...columnsOf(TOTALS)], rows, { id: 'queue-totals', caption: 'Connections by outcome', empty }))}`;
}

/** Connections that wait for a worker: a part of the page Overload. */
export const acceptQueuePage = page<Row[]>({
  name: 'accept-queue',
  title: 'Accept queue',
  section: 'Overload',
  about: 'Accepted connections that wait in the primary for a worker.',
  isPerWorker: false,
  isListed: false,
  load: ({ reports }) => reports.acceptQueue(),
  render: ({ data }) => queueTables(data),
});
