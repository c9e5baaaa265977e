import type { PrimaryReports } from '../../reports/report-types.ts';
import { html } from '../view/html.ts';
import { section } from '../view/parts.ts';
import { type Column, type ColumnsOf, columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';

type Row = PrimaryReports['accept-queue'][number];

const NAME: Column<Row> = { label: 'Listener', kind: 'code', of: ({ listener }) => listener };

/** Current state of a queue. */
type Present = 'transport' | 'length' | 'maxQueue' | 'oldestAgeMs' | 'pending' | 'ageMs';

const NOW: ColumnsOf<Pick<Row, Present>> = {
  transport: { label: 'Way to the workers', of: ({ transport }) => transport },
  length: { label: 'Waiting', kind: 'count', of: ({ length }) => length },
  maxQueue: { label: 'Room', kind: 'count', of: ({ maxQueue }) => maxQueue },
  oldestAgeMs: { label: 'Oldest', kind: 'duration', of: ({ oldestAgeMs }) => oldestAgeMs },
  pending: {
    label: 'On their way',
    kind: 'count',
    of: ({ pending }) => pending,
    help: 'Sent to a worker, not yet acknowledged',
  },
  ageMs: [
    { label: 'Waited, half', kind: 'duration', of: ({ ageMs }) => ageMs.p50 },
    { label: '95 %', kind: 'duration', of: ({ ageMs }) => ageMs.p95 },
    { label: '99 %', kind: 'duration', of: ({ ageMs }) => ageMs.p99 },
    { label: 'Longest', kind: 'duration', of: ({ ageMs }) => ageMs.max },
  ],
};

const TOTALS: ColumnsOf<Omit<Row, Present | 'listener'>> = {
  accepted: { label: 'Accepted', kind: 'count', of: ({ accepted }) => accepted },
  handed: { label: 'Handed', kind: 'count', of: ({ handed }) => handed },
  shed: [
    { label: 'Refused: full', kind: 'count', of: ({ shed }) => shed.full },
    { label: 'Refused: too old', kind: 'count', of: ({ shed }) => shed.age },
    { label: 'Refused: standing queue', kind: 'count', of: ({ shed }) => shed.codel },
    { label: 'Refused: pages down', kind: 'count', of: ({ shed }) => shed.down },
  ],
  closed: { label: 'Given up at the end', kind: 'count', of: ({ closed }) => closed },
  lingering: { label: 'Being told no', kind: 'count', of: ({ lingering }) => lingering },
};

/** Connections that wait for a worker. */
export const acceptQueuePage = page<Row[]>({
  name: 'accept-queue',
  title: 'Accept queue',
  group: 'Traffic',
  about: 'Connections that were accepted and wait for a worker, in the primary.',
  isPerWorker: false,
  load: ({ reports }) => reports.acceptQueue(),
  render({ data }) {
    const empty = 'No listeners.';
    return html`${table([NAME, ...columnsOf(NOW)], data, { id: 'queues', caption: 'Queues now', empty })}
    ${section('Since the start', html`<p class="hint">Every accepted connection is in exactly one of these.</p>`, table([NAME, ...columnsOf(TOTALS)], data, { id: 'queue-totals', caption: 'What became of connections', empty }))}`;
  },
});
