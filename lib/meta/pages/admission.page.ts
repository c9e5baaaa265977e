import { chart } from '../view/chart.ts';
import { duration, percent } from '../view/format.ts';
import { html, type Html } from '../view/html.ts';
import { facts, perWorker, section } from '../view/parts.ts';
import { type Column, table } from '../view/table.ts';
import { reportPage } from './page.ts';

interface GroupPoint {
  at: number;
  limit: number;
  inFlight: number;
  waiting: number;
  admitted: number;
  refused: number;
}

interface Group {
  name: string;
  limit: number;
  inFlight: number;
  waiting: number;
  arrived: number;
  admitted: number;
  refused: number;
  left: number;
  refusals: { reason: string; priority: string; count: number }[];
  medianMs: number;
  history: GroupPoint[];
}

export interface AdmissionReport {
  fraction: number;
  lagMs: number;
  lagTargetMs: number;
  costMs: number;
  inFlight: number;
  waiting: number;
  memory: { rung: string; fraction: number };
  history: {
    at: number;
    fraction: number;
    lagMs: number;
    inFlight: number;
    waiting: number;
    admitted: number;
    refused: number;
  }[];
  groups: Group[];
}

const GROUPS: readonly Column<Group>[] = [
  { label: 'Route', kind: 'code', of: ({ name }) => name },
  {
    label: 'Limit',
    kind: 'count',
    of: ({ limit }) => limit,
    help: 'Requests that may be in flight; found, not set',
  },
  { label: 'In flight', kind: 'count', of: ({ inFlight }) => inFlight },
  { label: 'Waiting', kind: 'count', of: ({ waiting }) => waiting },
  { label: 'Answer takes', kind: 'duration', of: ({ medianMs }) => medianMs },
  { label: 'Arrived', kind: 'count', of: ({ arrived }) => arrived },
  { label: 'Admitted', kind: 'count', of: ({ admitted }) => admitted },
  { label: 'Refused', kind: 'count', of: ({ refused }) => refused },
  { label: 'Left while waiting', kind: 'count', of: ({ left }) => left },
  {
    label: 'Refused because of',
    of: ({ refusals }) =>
      refusals.map(({ reason, priority, count }) => `${reason} (${priority}): ${count}`).join(', '),
  },
];

const CHARTS = 4;

/** Admitted, waiting and refused requests, and how the limits were found. */
export const admissionPage = reportPage<AdmissionReport>({
  name: 'admission',
  report: 'admission',
  title: 'Admission',
  group: 'Traffic',
  about: 'Requests that are let in, wait or are refused, and the limits as they were found.',
  render({ data }) {
    return perWorker(data, show);
  },
});

function show(report: AdmissionReport, worker: number): Html {
  const { history, groups } = report;
  const busiest = groups.toSorted((a, b) => b.arrived - a.arrived).slice(0, CHARTS);
  return html`${facts([
      { label: 'Lets in', value: percent(report.fraction) },
      {
        label: 'Loop late',
        value: `${duration(report.lagMs)} (aim ${duration(report.lagTargetMs)})`,
      },
      { label: 'A request costs', value: duration(report.costMs), help: 'Time of the event loop' },
      { label: 'In flight', value: report.inFlight },
      { label: 'Waiting', value: report.waiting },
      {
        label: 'Memory',
        value: `${report.memory.rung.toLowerCase()}, ${percent(report.memory.fraction)}`,
      },
    ])}
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
