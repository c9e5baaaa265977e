import type { PrimaryReports } from '../../reports/report-types.ts';
import { badge, bytes, count, duration, moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { meter, pairs, section } from '../view/parts.ts';
import { type Column, columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';

type Row = PrimaryReports['workers'][number];

const COLUMNS = columnsOf<Row>({
  id: {
    label: 'Worker',
    of: ({ id }) => id,
    show: ({ id }) => (id === null ? '–' : html`<a href="/?worker=${id}">${id}</a>`),
  },
  slot: { label: 'Slot', kind: 'count', of: ({ slot }) => slot },
  part: 'elsewhere',
  state: {
    label: 'State',
    kind: 'state',
    of: ({ state }) => state,
    show: ({ part, state }) =>
      part === 'current' ? badge(state) : html`${badge(state)} <span>${part}</span>`,
    help: 'A successor follows the current worker of its slot; a leaving one finishes its work',
  },
  out: {
    label: 'Out',
    of: ({ out }) => out?.since,
    show: ({ out }) => outText(out),
    help: 'Taken out by an operator: it gets no new connections and is not ended',
  },
  livenessFailure: {
    label: 'Liveness',
    of: ({ livenessFailure }) => livenessFailure,
    show: ({ livenessFailure }) =>
      typeof livenessFailure !== 'string'
        ? '–'
        : html`<a class="poor" href="/liveness">${livenessFailure}</a>`,
    help: 'First failure of its liveness checks',
  },
  pid: { label: 'PID', kind: 'count', of: ({ pid }) => pid, show: ({ pid }) => pid ?? '–' },
  uptimeMs: { label: 'Uptime', kind: 'duration', of: ({ uptimeMs }) => uptimeMs },
  elu: {
    label: 'Event loop utilization',
    kind: 'percent',
    of: (row) => (isSilent(row) ? 1 : row.elu),
    show: (row) =>
      isSilent(row)
        ? html`<strong class="poor">blocked for ${duration(row.silentMs)}</strong>, before that
            ${utilization(row)}`
        : utilization(row),
    help: 'All figures of a blocked worker date from before the block',
  },
  loopDelayP99Ms: {
    label: 'Event loop lag (p99)',
    kind: 'duration',
    of: ({ silentMs, loopDelayP99Ms }) => silentMs ?? loopDelayP99Ms,
    show: (row) => `${duration(row.loopDelayP99Ms)}${isSilent(row) ? ' before' : ''}`,
  },
  silentMs: 'elsewhere',
  rssBytes: {
    label: 'Memory',
    kind: 'bytes',
    of: ({ rssBytes }) => rssBytes,
    show: ({ rssBytes, privateBytes, heapUsedBytes }) =>
      pairs([
        ['RSS', bytes(rssBytes)],
        ['Private', bytes(privateBytes)],
        ['Heap', bytes(heapUsedBytes)],
      ]),
    help: 'Private: shared with no other process; the limits of recycling count it',
  },
  privateBytes: 'elsewhere',
  heapUsedBytes: 'elsewhere',
  requests: {
    label: 'Requests',
    kind: 'count',
    of: ({ requests }) => requests,
    show: ({ requests, inFlight }) =>
      pairs([
        ['Total', count(requests)],
        ['In flight', count(inFlight)],
      ]),
    help: 'Since the worker started',
  },
  inFlight: 'elsewhere',
  connections: {
    label: 'Connections',
    kind: 'count',
    of: ({ connections }) => connections,
    show: ({ connections, handed }) =>
      pairs([
        ['Open', count(connections)],
        ['Dispatched', count(handed)],
      ]),
  },
  handed: 'elsewhere',
  restarts: {
    label: 'Restarts',
    kind: 'count',
    of: ({ restarts }) => restarts,
    show: ({ restarts, nextStartMs }) =>
      typeof nextStartMs === 'number'
        ? html`${count(restarts)}, next in ${duration(nextStartMs)}`
        : count(restarts),
    help: 'Of its slot; the wait before the next start grows with each failure',
  },
  nextStartMs: 'elsewhere',
  unmanaged: 'elsewhere',
  lastExit: 'elsewhere',
});

/** A primary of an older release, during an upgrade, does not say. */
function isSilent(row: Row): row is Row & { silentMs: number } {
  return typeof row.silentMs === 'number';
}

function utilization({ elu, id }: Row): Html | string {
  if (elu === null) return '–';
  return html`${meter(elu, `Event loop of worker ${id ?? ''}`)} ${Math.round(elu * 100)} %`;
}

function outText(out: Row['out'] | undefined): Html | string {
  // A primary of an older release, during an upgrade, does not say.
  if (out === null || out === undefined) return '–';
  const why = out.reason === null ? '' : `: ${out.reason}`;
  return html`${badge('OUT')} by ${out.by} for ${duration(out.remainingMs)} more${why}`;
}

/** Table of workers. */
export function workerTable(rows: readonly Row[]): Html {
  const caption = 'Workers';
  return table(COLUMNS, rows, { id: 'workers', caption, empty: 'No workers.', canFilter: false });
}

const EXITS: readonly Column<Row>[] = [
  { label: 'Slot', kind: 'count', of: ({ slot }) => slot },
  {
    label: 'Ended',
    kind: 'moment',
    of: ({ lastExit }) => Date.parse(lastExit?.at ?? ''),
    show: ({ lastExit }) => moment(lastExit?.at),
  },
  { label: 'Uptime', kind: 'duration', of: ({ lastExit }) => lastExit?.uptimeMs },
  { label: 'Reason', of: ({ lastExit }) => lastExit?.reason },
  { label: 'Restarts', kind: 'count', of: ({ restarts }) => restarts },
];

/** Workers of the group, and the last exit in each slot. */
export const workersPage = page<Row[]>({
  name: 'workers',
  title: 'Workers',
  section: 'Workers',
  about: 'Processes that run the application, as the primary sees them.',
  async load({ reports, worker }) {
    const all = await reports.workers();
    const rows = all.data.filter(({ id }) => worker === undefined || id === worker);
    return { ...all, data: rows };
  },
  render({ data }) {
    const exits = data.filter(({ lastExit }) => lastExit !== null);
    const unmanaged = data.flatMap(({ id, unmanaged: own }) =>
      own.map((address) => ({ id, address })),
    );
    return html`${workerTable(data)}
    ${section('Last exit of each slot', table(EXITS, exits, { id: 'exits', caption: 'Exits', empty: 'No exits.' }))}
    ${
      unmanaged.length === 0
        ? ''
        : section(
            'Servers outside of the accept queue',
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
