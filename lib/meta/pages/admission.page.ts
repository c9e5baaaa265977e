import type { WorkerReports } from '../../reports/report-types.ts';
import { chart } from '../view/chart.ts';
import { percent } from '../view/format.ts';
import { html, type Html } from '../view/html.ts';
import { facts, type FactsOf, factsOf, perWorker, section } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { LOAD_COLUMNS } from './load-columns.ts';
import { reportPage } from './page.ts';

type Report = WorkerReports['admission'];
type Group = Report['groups'][number];

const GROUPS = columnsOf<Group>({
  name: { label: 'Route', kind: 'code', of: ({ name }) => name },
  limit: {
    label: 'Limit',
    kind: 'count',
    of: ({ limit }) => limit,
    help: 'Maximum of requests in flight',
  },
  ...LOAD_COLUMNS,
  refusals: {
    label: 'Refusals by reason',
    of: ({ refusals }) =>
      refusals.map(({ reason, priority, count }) => `${reason} (${priority}): ${count}`).join(', '),
  },
  history: 'elsewhere',
});

/** Facts of a process; its history and groups have parts of their own. */
const FACTS: FactsOf<Omit<Report, 'history' | 'groups'>> = {
  fraction: ({ fraction }) => ({ label: 'Admission rate', value: percent(fraction) }),
  shares: ({ shares }) => ({
    label: 'Admission rate by priority',
    value: Object.entries(shares)
      .map(([priority, share]) => `${priority} ${percent(share)}`)
      .join(', '),
  }),
  lagMs: ({ lagMs }) => ({ label: 'Event loop lag', value: lagMs, kind: 'duration' }),
  lagTargetMs: ({ lagTargetMs }) => ({
    label: 'Event loop lag target',
    value: lagTargetMs,
    kind: 'duration',
  }),
  costMs: ({ costMs }) => ({
    label: 'Loop time per request',
    value: costMs,
    kind: 'duration',
  }),
  inFlight: ({ inFlight }) => ({ label: 'In flight', value: inFlight }),
  waiting: ({ waiting }) => ({ label: 'Waiting', value: waiting }),
  memory: ({ memory: { rung, fraction } }) => ({
    label: 'Memory',
    value: `${rung.toLowerCase()}, ${percent(fraction)}`,
  }),
  bypass: ({ bypass }) => ({ label: 'Bypassed admission', value: bypass }),
  bodies: ({ bodies: { reading, tooSlow } }) => ({
    label: 'Request bodies',
    value: `${reading} being read, ${tooSlow} closed as too slow`,
  }),
};

const CHARTS = 4;

/** Admission of each worker: a part of the page Overload. */
export const admissionPage = reportPage({
  name: 'admission',
  title: 'Admission',
  section: 'Overload',
  hasCharts: true,
  isListed: false,
  about: 'Requests admitted, waiting and refused, and the limits of concurrency.',
  render: ({ data }) => perWorker(data, admissionOf),
});

/** All figures of the admission of one worker. */
export function admissionOf(report: Report, worker: number): Html {
  const { history, groups } = report;
  const busiest = groups.toSorted((a, b) => b.arrived - a.arrived).slice(0, CHARTS);
  return html`${facts(factsOf(FACTS, report))}
    <div class="charts">
      ${chart({
        id: `admission-${worker}`,
        title: 'Admitted and refused',
        unit: '/s',
        times: history.map(({ at }) => at),
        series: [
          { label: 'admitted', values: history.map(({ admitted }) => admitted) },
          { label: 'refused', values: history.map(({ refused }) => refused) },
        ],
      })}${busiest.map((group, at) => limitChart(group, `limit-${worker}-${at}`))}
    </div>
    ${section('Routes', table(GROUPS, groups, { id: `groups-${worker}`, caption: 'Admission by route', empty: 'No request yet.' }))}`;
}

/** Chart of a limit over time. */
function limitChart({ name, history }: Group, id: string): Html {
  return chart({
    id,
    title: `Concurrency limit of ${name}`,
    unit: '',
    times: history.map(({ at }) => at),
    series: [
      { label: 'limit', values: history.map(({ limit }) => limit) },
      { label: 'in flight', values: history.map(({ inFlight }) => inFlight) },
      { label: 'waiting', values: history.map(({ waiting }) => waiting) },
    ],
  });
}
