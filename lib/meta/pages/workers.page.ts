import type { WorkerFigures } from '../model/problems.ts';
import { moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { meter, section } from '../view/parts.ts';
import { type Column, table } from '../view/table.ts';
import { page } from './page.ts';

const COLUMNS: readonly Column<WorkerFigures>[] = [
  {
    label: 'Worker',
    of: ({ id }) => id,
    show: ({ id }) => (id === null ? '–' : html`<a href="/?worker=${id}">${id}</a>`),
  },
  { label: 'Place', kind: 'count', of: ({ slot }) => slot },
  { label: 'State', kind: 'state', of: ({ state }) => state },
  { label: 'Process', kind: 'count', of: ({ pid }) => pid, show: ({ pid }) => pid ?? '–' },
  { label: 'Up', kind: 'duration', of: ({ uptimeMs }) => uptimeMs },
  {
    label: 'Loop busy',
    kind: 'percent',
    of: ({ elu }) => elu,
    show: ({ elu, id }) =>
      elu === null
        ? '–'
        : html`${meter(elu, `Event loop of worker ${id ?? ''}`)} ${Math.round(elu * 100)} %`,
  },
  {
    label: 'Loop late',
    kind: 'duration',
    of: ({ loopDelayP99Ms }) => loopDelayP99Ms,
    help: '99 of 100 turns were late by less',
  },
  { label: 'Memory', kind: 'bytes', of: ({ rssBytes }) => rssBytes },
  { label: 'Heap', kind: 'bytes', of: ({ heapUsedBytes }) => heapUsedBytes },
  { label: 'In flight', kind: 'count', of: ({ inFlight }) => inFlight },
  { label: 'Connections', kind: 'count', of: ({ connections }) => connections },
  { label: 'Handed', kind: 'count', of: ({ handed }) => handed },
  { label: 'Restarts', kind: 'count', of: ({ restarts }) => restarts },
];

/** Table of workers. */
export function workerTable(rows: readonly WorkerFigures[]): Html {
  const caption = 'Workers';
  return table(COLUMNS, rows, { id: 'workers', caption, empty: 'No workers.', canFilter: false });
}

const EXITS: readonly Column<WorkerFigures>[] = [
  { label: 'Place', kind: 'count', of: ({ slot }) => slot },
  {
    label: 'Ended',
    kind: 'moment',
    of: ({ lastExit }) => Date.parse(lastExit?.at ?? ''),
    show: ({ lastExit }) => moment(lastExit?.at),
  },
  { label: 'Lived', kind: 'duration', of: ({ lastExit }) => lastExit?.uptimeMs },
  { label: 'Why', of: ({ lastExit }) => lastExit?.reason },
  { label: 'Restarts', kind: 'count', of: ({ restarts }) => restarts },
];

/** Workers of the group, and the last exit in each slot. */
export const workersPage = page<WorkerFigures[]>({
  name: 'workers',
  title: 'Workers',
  group: 'Now',
  about: 'The processes that run the application, as the primary sees them.',
  async load({ reports, worker }) {
    const all = await reports.workers();
    const rows = all.data as WorkerFigures[];
    return { ...all, data: worker === undefined ? rows : rows.filter(({ id }) => id === worker) };
  },
  render({ data }) {
    const exits = data.filter(({ lastExit }) => lastExit !== null);
    const unmanaged = data.flatMap(({ id, unmanaged: own = [] }) =>
      own.map((address) => ({ id, address })),
    );
    return html`${workerTable(data)}
    ${section('How the last one in each place ended', table(EXITS, exits, { id: 'exits', caption: 'Exits', empty: 'No worker has ended.' }))}
    ${
      unmanaged.length === 0
        ? ''
        : section(
            'Servers that are not under the accept queue',
            table(
              [
                { label: 'Worker', kind: 'count', of: ({ id }) => id },
                { label: 'Address', kind: 'code', of: ({ address }) => address },
              ],
              unmanaged,
              { id: 'unmanaged', caption: 'Unmanaged servers', empty: '' },
            ),
          )
    }`;
  },
});
