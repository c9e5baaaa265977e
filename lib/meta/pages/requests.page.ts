import type { RequestsReport } from '../../insight/request-log.ts';
import type { EndedRecord, LiveRecord, RequestRecord } from '../../insight/request-record.ts';
import type { RouteRow } from '../../insight/route-meter.ts';
import { listParameters, Pager, type Position } from '../api/pager.ts';
import { type Parameters, textParameter } from '../api/parameter.ts';
import type { WorkerAnswer } from '../envelope.ts';
import { mergeRoutes, type RouteFigures } from '../model/route-figures.ts';
import { moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { requestLink, section } from '../view/parts.ts';
import { statusView } from '../view/status.ts';
import { type Column, table } from '../view/table.ts';
import { timeline } from '../view/timeline.ts';
import { page } from './page.ts';
import { loadRequest, type OneRequest, requestTitle, requestView } from './request-item.ts';
import { routeTable } from './routes.page.ts';

type Of<R> = R & { worker: number };

interface Requests {
  inFlight: number;
  live: Of<LiveRecord>[];
  failed: Of<EndedRecord>[];
  slow: Of<EndedRecord>[];
  routes: RouteFigures[];
}

/** Faster requests are shown only where there are no slower ones. */
const SLOW_MS = 10;
const SHOWN = 100;

const COMMON: readonly Column<Of<RequestRecord>>[] = [
  { label: 'Route', kind: 'code', of: ({ method, route }) => `${method} ${route}` },
  {
    label: 'Started',
    kind: 'moment',
    of: ({ startedAt }) => startedAt,
    show: ({ startedAt }) => moment(startedAt),
  },
];

const IDENTITY: readonly Column<Of<RequestRecord>>[] = [
  { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
  {
    label: 'Request',
    kind: 'code',
    of: ({ id }) => id,
    show: ({ id }) => requestLink(id),
  },
  { label: 'User agent', of: ({ userAgent }) => userAgent },
];

const LIVE: readonly Column<Of<LiveRecord>>[] = [
  ...COMMON,
  { label: 'Age', kind: 'duration', of: ({ durationMs }) => durationMs },
  { label: 'Current step', of: ({ where }) => where },
  { label: 'Admission wait', kind: 'duration', of: ({ queueWaitMs }) => queueWaitMs },
  { label: 'Deadline in', kind: 'duration', of: ({ remainingMs }) => remainingMs },
  ...IDENTITY,
];

const ENDED: readonly Column<Of<EndedRecord>>[] = [
  ...COMMON,
  {
    label: 'Status',
    kind: 'count',
    of: ({ status }) => status,
    show: (record) => statusView(record),
  },
  { label: 'Duration', kind: 'duration', of: ({ durationMs }) => durationMs },
  {
    label: 'Timeline',
    of: ({ durationMs }) => durationMs,
    show: (record) => timeline(record),
  },
  ...IDENTITY,
];

const FILTERS: Parameters = {
  route: textParameter('Method and pattern of the only route to show: GET /x.'),
};

/** Requests in flight, and samples of slow and failed ones. */
export const requestsPage = page<Requests>({
  name: 'requests',
  title: 'Requests',
  section: 'Requests',
  about: 'Requests in flight with their current step; slow and failed ones with their timelines.',
  parameters: { ...FILTERS, ...listParameters(SHOWN) },
  live: {
    operation: 'requests.follow',
    schema: 'EndedRecord',
    parameters: FILTERS,
    filter({ route: wanted }) {
      return (record) => {
        const { method, route } = record as EndedRecord;
        return wanted === undefined || `${method} ${route}` === wanted;
      };
    },
  },
  async load({ reports, worker, query }) {
    const { data, ...about } = await reports.gather('requests', { worker });
    const wanted = query['route'];
    const isWanted = ({ method, route }: RequestRecord | RouteRow): boolean =>
      wanted === undefined || `${method} ${route}` === wanted;
    const live = together(data, ({ live: own }) => own).filter(isWanted);
    const failed = together(data, (report) => report.failed).filter(isWanted);
    const ended = together(data, ({ classes }) => classes.flatMap(({ requests }) => requests));
    const slow = ended.filter(isWanted);
    const pager = new Pager(query, SHOWN);
    const routes = mergeRoutes(data).filter((row) => isWanted({ ...row, buckets: [] }));
    return {
      ...about,
      data: {
        inFlight: wanted === undefined ? sumInFlight(data) : live.length,
        live: pager.take('live', live, (one) => placed(-one.startedAt, one)),
        failed: pager.take('failed', failed, (one) => placed(one.startedAt, one)),
        slow: pager.take('slow', slow, (one) => placed(one.durationMs, one)),
        routes,
      },
      next: pager.next,
    };
  },
  render({ data }, { query }) {
    const { inFlight, live, failed, slow, routes } = data;
    const reallySlow = slow.filter(({ durationMs }) => durationMs >= SLOW_MS);
    return html`${routeChoice(query['route'])}
    ${section(`In flight: ${inFlight}`, table(LIVE, live, { id: 'live', caption: 'Requests in flight', empty: 'None.' }))}
    ${section('Slow', html`<p class="hint">The latest ten of each latency class, so that rare ones stay.</p>`, endedTable(reallySlow.length > 0 ? reallySlow : slow, 'slow', 'No requests yet.'))}
    ${section('Failed', endedTable(failed, 'failed', 'No failed requests.'))}
    ${section('By route', routeTable(routes, 'routes'))}`;
  },
  item: {
    named: 'Id of a request.',
    title: (data, id) => requestTitle(data as OneRequest, id),
    about: 'Time, logs, errors and trace of one request.',
    load: loadRequest,
    render: ({ data }) => requestView(data as OneRequest),
  },
});

function placed(rank: number, { worker, id }: Of<RequestRecord>): Position {
  return { rank, tie: `${worker} ${id}` };
}

/** Of all routes: a report lists only the oldest requests in flight. */
function sumInFlight(answers: readonly WorkerAnswer<RequestsReport>[]): number {
  return answers.reduce((sum, { value }) => sum + value.inFlight, 0);
}

function endedTable(rows: readonly Of<EndedRecord>[], id: string, empty: string): Html {
  return table(ENDED, rows, { id, caption: `${id} requests`, empty });
}

function routeChoice(route: string | undefined): Html | string {
  if (route === undefined) return '';
  return html`<p class="choice">Only <code>${route}</code> <a href="/requests">All routes</a></p>`;
}

function together<R extends object>(
  answers: readonly WorkerAnswer<RequestsReport>[],
  of: (report: RequestsReport) => readonly R[],
): Of<R>[] {
  // Safe to mutate: gathered values are copies.
  return answers.flatMap(({ worker, value }) =>
    of(value).map((one) => Object.assign(one, { worker })),
  );
}
