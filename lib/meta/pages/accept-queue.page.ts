import type { QueueFigures } from '../model/problems.ts';
import { html } from '../view/html.ts';
import { section } from '../view/parts.ts';
import { type Column, table } from '../view/table.ts';
import { page } from './page.ts';

const NOW: readonly Column<QueueFigures>[] = [
  { label: 'Listener', kind: 'code', of: ({ listener }) => listener },
  { label: 'Way to the workers', of: ({ transport }) => transport },
  { label: 'Waiting', kind: 'count', of: ({ length }) => length },
  { label: 'Room', kind: 'count', of: ({ maxLength }) => maxLength },
  { label: 'Oldest', kind: 'duration', of: ({ oldestAgeMs }) => oldestAgeMs },
  {
    label: 'On their way',
    kind: 'count',
    of: ({ pending }) => pending,
    help: 'Sent to a worker, not yet acknowledged',
  },
  { label: 'Waited, half', kind: 'duration', of: ({ ageMs }) => ageMs.p50 },
  { label: '95 %', kind: 'duration', of: ({ ageMs }) => ageMs.p95 },
  { label: '99 %', kind: 'duration', of: ({ ageMs }) => ageMs.p99 },
  { label: 'Longest', kind: 'duration', of: ({ ageMs }) => ageMs.max },
];

const TOTALS: readonly Column<QueueFigures>[] = [
  { label: 'Listener', kind: 'code', of: ({ listener }) => listener },
  { label: 'Accepted', kind: 'count', of: ({ accepted }) => accepted },
  { label: 'Handed', kind: 'count', of: ({ handed }) => handed },
  { label: 'Refused: full', kind: 'count', of: ({ shed }) => shed.full },
  { label: 'Refused: too old', kind: 'count', of: ({ shed }) => shed.age },
  { label: 'Refused: standing queue', kind: 'count', of: ({ shed }) => shed.codel },
  { label: 'Given up at the end', kind: 'count', of: ({ closed }) => closed },
  { label: 'Being told no', kind: 'count', of: ({ lingering }) => lingering },
];

/** Connections that wait for a worker. */
export const acceptQueuePage = page<QueueFigures[]>({
  name: 'accept-queue',
  title: 'Accept queue',
  group: 'Traffic',
  about: 'Connections that were accepted and wait for a worker, in the primary.',
  isPerWorker: false,
  async load({ reports }) {
    return (await reports.acceptQueue()) as never;
  },
  render({ data }) {
    const empty = 'No listeners.';
    return html`${table(NOW, data, { id: 'queues', caption: 'Queues now', empty })}
    ${section('Since the start', html`<p class="hint">Every accepted connection is in exactly one of these.</p>`, table(TOTALS, data, { id: 'queue-totals', caption: 'What became of connections', empty }))}`;
  },
});
