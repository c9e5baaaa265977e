import { REFUSAL_REASONS } from '../../admission/refusal-reason.ts';
import { rounded } from '../../common/rounded.ts';
import type { PrimaryReports } from '../../reports/report-types.ts';
import type { Answers } from '../group-reports.provider.ts';
import type { QueuePoint } from '../history/group-history.ts';
import { WINDOW, type WindowName, windowOf, WINDOWS } from '../history/history-window.ts';
import { mergeReadable } from '../model/merge-readable.ts';
import {
  type Amount,
  flowOf,
  type OverloadFlow,
  type RefusalPoint,
  refusalHistory,
  type RouteAdmission,
  routeAdmissions,
} from '../model/overload.ts';
import { chart } from '../view/chart.ts';
import { count, duration, rate } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { perWorker, section } from '../view/parts.ts';
import { type Column, columnsOf, table } from '../view/table.ts';
import { queueTables } from './accept-queue.page.ts';
import { admissionOf } from './admission.page.ts';
import { LOAD_COLUMNS } from './load-columns.ts';
import { page } from './page.ts';

interface Overload {
  window: WindowName;
  flow: OverloadFlow;
  /** Accept queue by the second, or by the minute beyond half an hour. */
  connections: QueuePoint[];
  /** Admission of all workers by the second, over the last five minutes. */
  requests: RefusalPoint[];
  routes: RouteAdmission[];
  queues: PrimaryReports['accept-queue'];
  workers: Answers<'admission'>;
}

/** Span in which a latest second is looked for. */
const NOW_MS = 10_000;

/** Number of routes with a chart of their limit. */
const CHARTS = 4;

/** Follows the load from the network through the accept queue and the workers to the routes. */
export const overloadPage = page<Overload>({
  name: 'overload',
  title: 'Overload',
  section: 'Overload',
  hasCharts: true,
  about: 'Load offered, queued, dispatched, admitted and shed, from the network to the routes.',
  parameters: { window: WINDOW },
  async load({ reports, history, worker, query }) {
    const window = windowOf(query);
    const [workers, queues, admission] = await Promise.all([
      reports.workers(),
      reports.primary('accept-queue'),
      reports.gather('admission', { worker }),
    ]);
    const at = Date.now();
    const now = {
      queue: history.queuePoints(at, NOW_MS).at(-1),
      workers: history.points(at, NOW_MS).at(-1),
    };
    const { data } = admission;
    const merged = mergeReadable(data, (all) => ({
      flow: flowOf({ queues, workers: workers.data, admission: all, now }),
      requests: refusalHistory(all),
      routes: routeAdmissions(all),
    }));
    return {
      ...admission,
      data: {
        window,
        connections: history.queuePoints(at, WINDOWS[window]),
        ...merged,
        queues,
        workers: data,
      },
    };
  },
  render({ data }) {
    const { flow, queues, routes, workers } = data;
    return html`${flowView(flow)}
      <div class="charts">${connectionCharts(data)}${refusalChart(data.requests)}</div>
      ${section('Routes', routeTable(routes), html`<div class="charts">${routes.slice(0, CHARTS).map(limitChart)}</div>`)}
      ${section('Accept queue', queueTables(queues))}
      ${section('Per worker', workers.length === 0 ? html`<p class="empty">No worker has reported admission.</p>` : workers.map(workerDetails))}`;
  },
});

/** Steps from left to right, with what each sheds. */
function flowView({ connections, workers, routes }: OverloadFlow): Html {
  const { offered, waiting, maxQueue, oldestAgeMs, handed, pending, shed, closed } = connections;
  const steps = [
    step('Offered', offered, 'connections', [['Closed on shutdown', count(closed)]]),
    step('Accept queue', { perSecond: shed.perSecond, total: shed.total }, 'connections shed', [
      ['Waiting', `${count(waiting)} of ${count(maxQueue)}`],
      ['Oldest', duration(oldestAgeMs)],
      ['Shed: full', amount(shed.full)],
      ['Shed: timeout', amount(shed.age)],
      ['Shed: CoDel', amount(shed.codel)],
    ]),
    step('Workers', handed, 'connections dispatched', [
      ['Ready', `${count(workers.ready)} of ${count(workers.all)}`],
      ['Pending', count(pending)],
      ['Requests answered', rate(workers.answeredPerSecond)],
      ['Failed (5xx)', rate(workers.failedPerSecond)],
      ['In flight', count(workers.inFlight)],
    ]),
    routes === null
      ? html`<li>
          <h2>Routes</h2>
          <p class="empty">No worker has reported admission.</p>
        </li>`
      : step('Routes', routes.admitted, 'requests admitted', [
          ['Arrived', count(routes.arrived)],
          ['Waiting', count(routes.waiting)],
          ['In flight', count(routes.inFlight)],
          ['Refused', amount(routes.refused)],
          ['Client gone', count(routes.left)],
        ]),
  ];
  return html`<ol class="flow">
      ${steps}
    </ol>
    <p class="hint">
      Offered = dispatched + shed + waiting + pending + closed. Rates are those of the last second,
      totals those since the start; connections to these pages do not count.
    </p>`;
}

function step(
  title: string,
  { perSecond, total }: Amount,
  unit: string,
  rows: readonly (readonly [string, string])[],
): Html {
  return html`<li>
    <h2>${title}</h2>
    <p class="flow-value">${rate(perSecond)}</p>
    <p class="flow-unit">${unit}, ${count(total)} in total</p>
    <dl>
      ${rows.map(
        ([label, value]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </li>`;
}

function amount({ perSecond, total }: Amount): string {
  return perSecond === null ? count(total) : `${rate(perSecond)}, ${count(total)}`;
}

function connectionCharts({ connections }: Overload): Html | Html[] {
  if (connections.length < 2) return html`<p class="empty">Charts appear after a few seconds.</p>`;
  const times = connections.map(({ at }) => at);
  const line = (label: string, of: (point: QueuePoint) => number | null) => ({
    label,
    values: connections.map((point) => roundedOrNull(of(point))),
  });
  return [
    chart({
      id: 'offered-chart',
      title: 'Connections',
      unit: '/s',
      times,
      series: [
        line('offered', ({ accepted }) => accepted),
        line('dispatched', ({ handed }) => handed),
        line('shed', ({ shed }) => shed),
      ],
    }),
    chart({
      id: 'shed-chart',
      title: 'Connections shed by reason',
      unit: '/s',
      times,
      series: [
        line('full', ({ shedFull }) => shedFull),
        line('timeout', ({ shedAge }) => shedAge),
        line('CoDel', ({ shedCodel }) => shedCodel),
      ],
    }),
  ];
}

/** Refusals by those reasons that occurred; without any, one line at zero. */
function refusalChart(points: readonly RefusalPoint[]): Html | string {
  if (points.length < 2) return '';
  const reasons = REFUSAL_REASONS.filter((reason) =>
    points.some(({ refusals }) => (refusals[reason] ?? 0) > 0),
  );
  const lines = reasons.map((reason) => ({
    label: reason,
    values: points.map(({ refusals }) => rounded(refusals[reason] ?? 0, 2)),
  }));
  const all = { label: 'refused', values: points.map(({ refused }) => rounded(refused, 2)) };
  return chart({
    id: 'refusal-chart',
    title: 'Requests refused by reason, last 5 minutes',
    unit: '/s',
    times: points.map(({ at }) => at),
    series: lines.length === 0 ? [all] : lines,
  });
}

const ROUTES: readonly Column<RouteAdmission>[] = columnsOf<RouteAdmission>({
  name: { label: 'Route', kind: 'code', of: ({ name }) => name },
  limit: { label: 'Limit', kind: 'count', of: ({ limit }) => limit, help: 'Sum over the workers' },
  ...LOAD_COLUMNS,
  medianMs: { ...LOAD_COLUMNS.medianMs, help: 'Of the slowest worker' },
  refusals: {
    label: 'Refusals by reason',
    of: ({ refusals }) =>
      Object.entries(refusals)
        .map(([reason, times]) => `${reason}: ${count(times)}`)
        .join(', '),
  },
  history: 'elsewhere',
});

function routeTable(routes: readonly RouteAdmission[]): Html {
  return table(ROUTES, routes, {
    id: 'overload-routes',
    caption: 'Admission by route',
    empty: 'No request yet.',
  });
}

function limitChart({ name, history }: RouteAdmission, at: number): Html {
  return chart({
    id: `overload-limit-${at}`,
    title: `Limit and in flight of ${name}`,
    unit: 'requests',
    times: history.map((point) => point.at),
    series: [
      { label: 'limit', values: history.map(({ limit }) => limit) },
      { label: 'in flight', values: history.map(({ inFlight }) => inFlight) },
      { label: 'waiting', values: history.map(({ waiting }) => waiting) },
    ],
  });
}

function workerDetails({ worker, value }: Answers<'admission'>[number]): Html {
  return html`<details class="per-worker" id="overload-worker-${worker}">
    <summary>Worker ${worker}</summary>
    ${perWorker([{ worker, value }], admissionOf)}
  </details>`;
}

function roundedOrNull(value: number | null): number | null {
  return value === null ? null : rounded(value, 2);
}
