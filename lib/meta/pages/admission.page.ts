import type { WorkerReports } from '../../reports/report-types.ts';
import { chart } from '../view/chart.ts';
import { percent } from '../view/format.ts';
import { html, type Html } from '../view/html.ts';
import { facts, type FactsOf, factsOf, perWorker, section } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { reportPage } from './page.ts';

type Report = WorkerReports['admission'];
type Group = Report['groups'][number];

const GROUPS = columnsOf<Group>({
  name: { label: 'Route', kind: 'code', of: ({ name }) => name },
  limit: {
    label: 'Limit',
    kind: 'count',
    of: ({ limit }) => limit,
    help: 'Requests that may be in flight; found, not set',
  },
  inFlight: { label: 'In flight', kind: 'count', of: ({ inFlight }) => inFlight },
  waiting: { label: 'Waiting', kind: 'count', of: ({ waiting }) => waiting },
  medianMs: { label: 'Answer takes', kind: 'duration', of: ({ medianMs }) => medianMs },
  arrived: { label: 'Arrived', kind: 'count', of: ({ arrived }) => arrived },
  admitted: { label: 'Admitted', kind: 'count', of: ({ admitted }) => admitted },
  refused: { label: 'Refused', kind: 'count', of: ({ refused }) => refused },
  left: { label: 'Left while waiting', kind: 'count', of: ({ left }) => left },
  refusals: {
    label: 'Refused because of',
    of: ({ refusals }) =>
      refusals.map(({ reason, priority, count }) => `${reason} (${priority}): ${count}`).join(', '),
  },
  history: 'elsewhere',
});

/** Facts of a process; its history and groups have parts of their own. */
const FACTS: FactsOf<Omit<Report, 'history' | 'groups'>> = {
  fraction: ({ fraction }) => ({ label: 'Lets in', value: percent(fraction) }),
  shares: ({ shares }) => ({
    label: 'Lets in, by priority',
    value: Object.entries(shares)
      .map(([priority, share]) => `${priority} ${percent(share)}`)
      .join(', '),
  }),
  lagMs: ({ lagMs }) => ({ label: 'Loop late', value: lagMs, kind: 'duration' }),
  lagTargetMs: ({ lagTargetMs }) => ({
    label: 'Loop may be late',
    value: lagTargetMs,
    kind: 'duration',
  }),
  costMs: ({ costMs }) => ({
    label: 'A request costs',
    value: costMs,
    kind: 'duration',
    help: 'Time of the event loop',
  }),
  inFlight: ({ inFlight }) => ({ label: 'In flight', value: inFlight }),
  waiting: ({ waiting }) => ({ label: 'Waiting', value: waiting }),
  memory: ({ memory: { rung, fraction } }) => ({
    label: 'Memory',
    value: `${rung.toLowerCase()}, ${percent(fraction)}`,
  }),
  bypass: ({ bypass }) => ({ label: 'Let in past everything', value: bypass }),
  bodies: ({ bodies: { reading, tooSlow } }) => ({
    label: 'Bodies',
    value: `${reading} on their way, ${tooSlow} given up as too slow`,
  }),
};

const CHARTS = 4;

/** Admitted, waiting and refused requests, and how the limits were found. */
export const admissionPage = reportPage({
  name: 'admission',
  title: 'Admission',
  group: 'Traffic',
  about: 'Requests that are let in, wait or are refused, and the limits as they were found.',
  render({ data }) {
    return perWorker(data, show);
  },
});

function show(report: Report, worker: number): Html {
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
    title: `Limit of ${name}`,
    unit: '',
    times: history.map(({ at }) => at),
    series: [
      { label: 'limit', values: history.map(({ limit }) => limit) },
      { label: 'in flight', values: history.map(({ inFlight }) => inFlight) },
      { label: 'waiting', values: history.map(({ waiting }) => waiting) },
    ],
  });
}
