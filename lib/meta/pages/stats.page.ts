import { mergeStats } from '../../stats/merge.ts';
import type { StatSnapshot } from '../../stats/snapshot.ts';
import type { Envelope } from '../envelope.ts';
import { NotFoundError } from '../meta.errors.ts';
import { count } from '../view/format.ts';
import { html } from '../view/html.ts';
import { type Column, table } from '../view/table.ts';
import { page, type Question } from './page.ts';
import { isSpread, labelsOf, unitText } from './statistic-text.ts';
import { statisticView } from './statistic-view.ts';

interface Row {
  name: string;
  kind: string;
  labels: string;
  show: (value: number) => string;
  figures: {
    count: number | null;
    rate: number | null;
    min: number | null;
    mean: number | null;
    p50: number | null;
    p95: number | null;
    p99: number | null;
    max: number | null;
    last: number | null;
  };
}

const FIGURES = ['min', 'mean', 'p50', 'p95', 'p99', 'max', 'last'] as const;
const HEADS = {
  min: 'Min',
  mean: 'Mean',
  p50: 'p50',
  p95: 'p95',
  p99: 'p99',
  max: 'Max',
  last: 'Last',
};

const COLUMNS: readonly Column<Row>[] = [
  {
    label: 'Statistic',
    kind: 'code',
    of: ({ name }) => name,
    show: ({ name }) => html`<a href="/stats/${name}"><code>${name}</code></a>`,
  },
  { label: 'Labels', of: ({ labels }) => labels },
  { label: 'Kind', of: ({ kind }) => kind },
  { label: 'Count', kind: 'count', of: ({ figures }) => figures.count },
  { label: 'Rate', kind: 'rate', of: ({ figures }) => figures.rate, help: 'Over the last minute' },
  ...FIGURES.map((key): Column<Row> => ({
    label: HEADS[key],
    kind: 'count',
    of: ({ figures }) => figures[key],
    show: ({ figures, show }) =>
      figures[key] === null ? html`<span class="unknown">–</span>` : show(figures[key]),
  })),
];

/** All statistics, merged over the workers. */
export const statsPage = page<StatSnapshot[]>({
  name: 'stats',
  title: 'Statistics',
  section: 'Metrics',
  about: 'Counters, gauges and distributions since the start, merged over the workers.',
  refreshMs: 5_000,
  load: loadStats,
  render({ data }) {
    const rows = data.flatMap(rowsOf);
    return table(COLUMNS, rows, {
      id: 'stats',
      caption: 'Statistics',
      empty: 'No statistics yet.',
      canFilter: true,
    });
  },
  item: {
    about: 'Name of a statistic.',
    async load(question, name) {
      const { data, ...about } = await loadStats(question);
      const found = data.find((one) => one.name === name);
      if (found === undefined) throw new NotFoundError(`There is no statistic "${name}"`);
      return { ...about, data: found };
    },
    render: ({ data }) => statisticView(data as StatSnapshot),
  },
});

async function loadStats({ reports, worker }: Question): Promise<Envelope<StatSnapshot[]>> {
  const { data, ...about } = await reports.gather('stats', { worker });
  return { ...about, data: mergeStats(data.map(({ value }) => value)) };
}

const NONE: Row['figures'] = {
  count: null,
  rate: null,
  min: null,
  mean: null,
  p50: null,
  p95: null,
  p99: null,
  max: null,
  last: null,
};

function rowsOf(statistic: StatSnapshot): Row[] {
  const { name, kind } = statistic;
  const show = isSpread(statistic) ? unitText(statistic) : count;
  const about = { name, kind, show };
  return statistic.series.map(({ labels, data }) => ({
    ...about,
    labels: labelsOf(labels),
    figures: figuresOf(data),
  }));
}

function figuresOf(data: StatSnapshot['series'][number]['data']): Row['figures'] {
  if ('points' in data) {
    const { count: all, min, mean, p50, p95, p99, max, last, rates } = data;
    return { count: all, rate: rates.m1, min, mean, p50, p95, p99, max, last };
  }
  if ('total' in data) return { ...NONE, count: data.total };
  if ('value' in data) return { ...NONE, last: data.value };
  if ('count' in data) return { ...NONE, count: data.count };
  const entered = Object.values(data.states).reduce((sum, state) => sum + state.entered, 0);
  return { ...NONE, count: entered };
}
