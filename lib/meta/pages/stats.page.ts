import { mergeStats } from '../../stats/merge.ts';
import type { StatSnapshot } from '../../stats/snapshot.ts';
import { textParameter } from '../api/parameter.ts';
import { type Envelope, envelope } from '../envelope.ts';
import { type WindowName, windowOf, windowParameter, WINDOWS } from '../history/history-window.ts';
import type { SeriesHistory } from '../history/statistic-history.ts';
import { NotFoundError } from '../meta.errors.ts';
import { workerName } from '../metrics/group-metrics.ts';
import { count } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { section } from '../view/parts.ts';
import { type Column, table } from '../view/table.ts';
import { page, type Question } from './page.ts';
import { statisticCharts } from './statistic-charts.ts';
import { labelsText, unitText } from './statistic-text.ts';
import { statisticView } from './statistic-view.ts';

interface Row {
  name: string;
  help: string;
  kind: string;
  labels: string;
  show: (value: number) => string;
  figures: Figures;
}

/** `value` of a gauge is its value, of all others their count since the start. */
interface Figures {
  value: number | null;
  rate: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
}

/** A statistic, with its series over time. */
type OneStatistic = StatSnapshot & { window: WindowName; history: SeriesHistory[] };

/** Ranges that the history of statistics has. */
const OFFERED: readonly WindowName[] = ['5m', '30m', '3h'];

const SPREAD = ['p50', 'p95', 'p99', 'max'] as const;
const HEADS = { p50: 'p50', p95: 'p95', p99: 'p99', max: 'Max' };

const COLUMNS: readonly Column<Row>[] = [
  {
    label: 'Statistic',
    kind: 'code',
    of: ({ name }) => name,
    show: ({ name, help }) =>
      html`<a class="name" href="/stats/${name}" title="${name}: ${help}"
        ><code>${lastPartOf(name)}</code></a
      >`,
  },
  {
    label: 'Labels',
    of: ({ labels }) => labels,
    show: ({ labels }) =>
      labels === '' ? '–' : html`<span class="name" title="${labels}">${labels}</span>`,
  },
  { label: 'Kind', of: ({ kind }) => kind },
  {
    label: 'Value',
    kind: 'count',
    of: ({ figures }) => figures.value,
    show: ({ figures, kind, show }) => {
      if (figures.value === null) return '–';
      return kind === 'gauge' ? show(figures.value) : count(figures.value);
    },
    help: 'Gauges: current value; others: count since the start',
  },
  { label: 'Rate', kind: 'rate', of: ({ figures }) => figures.rate, help: 'Over the last minute' },
  ...SPREAD.map((key): Column<Row> => ({
    label: HEADS[key],
    kind: 'count',
    of: ({ figures }) => figures[key],
    show: ({ figures, show }) => {
      const value = figures[key];
      return value === null ? html`<span class="unknown">–</span>` : show(value);
    },
  })),
];

/** All statistics, merged over the processes. */
export const statsPage = page<StatSnapshot[]>({
  name: 'stats',
  title: 'Statistics',
  section: 'Metrics',
  hasCharts: true,
  about: 'Counters, gauges and distributions since the start, merged over all processes.',
  refreshMs: 5_000,
  parameters: { q: textParameter('Text that the name or a label contains, in any case.') },
  async load(question) {
    const { data, ...about } = await loadStats(question);
    return { ...about, data: matching(data, question.query['q'] ?? '') };
  },
  render({ data }, { query: { q = '' } }) {
    const groups = [...Map.groupBy(data.flatMap(rowsOf), ({ name }) => groupOf(name))];
    const tables = groups
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([group, own]) =>
        section(
          group || 'other',
          table(COLUMNS, own, {
            id: `stats-${group}`,
            caption: `Statistics of ${group}`,
            empty: '',
            canFilter: false,
          }),
        ),
      );
    return html`${filterForm(q)}
      <div class="statistics">
        ${tables.length === 0 ? html`<p class="empty">No statistics.</p>` : tables}
      </div>`;
  },
  item: {
    named: 'Name of a statistic.',
    parameters: { window: windowParameter(OFFERED) },
    about: 'One statistic over time, and since the start.',
    async load(question, name): Promise<Envelope<OneStatistic | null>> {
      const { history, query } = question;
      const window = windowOf(query);
      const { data, ...about } = await loadStats(question);
      const found = data.find((one) => one.name === name);
      if (found === undefined) {
        if (about.workers.missing.length > 0) return { ...about, data: null };
        throw new NotFoundError(`There is no statistic "${name}"`);
      }
      history.statistics.watch(name);
      const series = history.statistics.of(name, Date.now(), WINDOWS[window]);
      return { ...about, data: Object.assign(found, { window, history: series }) };
    },
    render: ({ data }) => {
      const found = data as OneStatistic | null;
      if (found === null) return html`<p class="empty">No worker has reported this statistic.</p>`;
      return html`${statisticCharts(found, found.history)}${statisticView(found)}`;
    },
  },
});

/**
 * Statistics of the workers that answer, the last known ones of those that are silent, and those of
 * the primary and of this process.
 */
async function loadStats({
  reports,
  worker,
  history,
}: Question): Promise<Envelope<StatSnapshot[]>> {
  const { data, workers } = await reports.gather('stats', { worker });
  const { last } = history.statistics;
  const silent = workers.missing.map((id) => last.get(workerName(id)) ?? []);
  const own = worker === undefined ? ['primary', 'meta'].map((name) => last.get(name) ?? []) : [];
  const all = [...data.map(({ value }) => value), ...silent, ...own];
  return envelope(mergeStats(all), workers);
}

/** Series whose name or labels contain a text, in any case. */
function matching(data: readonly StatSnapshot[], text: string): StatSnapshot[] {
  const wanted = text.toLowerCase();
  return data.flatMap((statistic): StatSnapshot[] => {
    const series = statistic.series.filter(({ labels }) =>
      `${statistic.name} ${labelsText(labels)}`.toLowerCase().includes(wanted),
    );
    return series.length === 0 ? [] : [{ ...statistic, series } as StatSnapshot];
  });
}

function lastPartOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Names without their last part: `http.server` of `http.server.request_duration`. */
function groupOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')));
}

function filterForm(q: string): Html {
  return html`<form class="filter" method="get" action="/stats">
    <label>Name or label contains <input name="q" value="${q}" /></label><button>Apply</button>
  </form>`;
}

const NONE: Figures = {
  value: null,
  rate: null,
  p50: null,
  p95: null,
  p99: null,
  max: null,
};

function rowsOf(statistic: StatSnapshot): Row[] {
  const { name, help, kind } = statistic;
  const about = { name, help, kind, show: unitText(statistic) };
  return statistic.series.map(({ labels, data }) => ({
    ...about,
    labels: labelsText(labels),
    figures: figuresOf(data),
  }));
}

function figuresOf(data: StatSnapshot['series'][number]['data']): Figures {
  if ('points' in data) {
    const { count: all, p50, p95, p99, max, rates } = data;
    return { value: all, rate: rates.m1, p50, p95, p99, max };
  }
  if ('total' in data) return { ...NONE, value: data.total };
  if ('value' in data) return { ...NONE, value: data.value };
  if ('count' in data) return { ...NONE, value: data.count };
  const entered = Object.values(data.states).reduce((sum, state) => sum + state.entered, 0);
  return { ...NONE, value: entered };
}
