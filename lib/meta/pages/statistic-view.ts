import { rounded } from '../../common/rounded.ts';
import type { DistributionSnapshot, Summary } from '../../stats/distribution.ts';
import type { StatSnapshot } from '../../stats/snapshot.ts';
import type { StreamSketchSnapshot } from '../../stats/stream-sketch.ts';
import { barsOf } from '../model/bars.ts';
import { chart, histogram } from '../view/chart.ts';
import { moment } from '../view/format.ts';
import { type Html, html, type HtmlValue } from '../view/html.ts';
import { facts, section } from '../view/parts.ts';
import { stateDiagram } from '../view/state-diagram.ts';
import { type Column, table } from '../view/table.ts';
import { axisOf, isSpread, labelsText, type Spread, unitOf, unitText } from './statistic-text.ts';

/** One statistic with all its series. */
export function statisticView(statistic: StatSnapshot): HtmlValue {
  const { help, kind, series } = statistic;
  const about = facts([
    { label: 'Description', value: help },
    { label: 'Kind', value: kind },
    { label: 'Unit', value: unitOf(statistic) },
  ]);
  if (isSpread(statistic)) return [about, spreadView(statistic)];
  if (kind === 'states') {
    return [
      about,
      ...statistic.series.map(({ labels, data }) => titled(labelsText(labels), stateDiagram(data))),
    ];
  }
  if (kind === 'sketch') {
    return [
      about,
      ...statistic.series.map(({ labels, data }, at) =>
        titled(labelsText(labels), sketchView(data, at)),
      ),
    ];
  }
  const show = unitText(statistic);
  const rows = series.map(({ labels, data }) => ({
    labels: labelsText(labels),
    value: 'total' in data ? data.total : 'value' in data ? data.value : 0,
  }));
  const columns: Column<(typeof rows)[number]>[] = [
    { label: 'Labels', of: (row) => row.labels },
    { label: 'Value', kind: 'count', of: (row) => row.value, show: (row) => show(row.value) },
  ];
  return [about, table(columns, rows, { id: 'series', caption: 'Series', empty: 'Nothing yet.' })];
}

const PERIODS = ['Since the start', 'Over the last interval'] as const;

function spreadView(statistic: Spread): HtmlValue {
  const show = unitText(statistic);
  return statistic.series.map(({ labels, data }, at) => {
    const rows = [
      { period: PERIODS[0], summary: data as Summary },
      ...(data.interval === null ? [] : [{ period: PERIODS[1], summary: data.interval }]),
    ];
    const marks = [
      { label: 'p50', value: data.p50 },
      { label: 'p95', value: data.p95 },
      { label: 'p99', value: data.p99 },
    ];
    return titled(
      labelsText(labels),
      html`${histogram('Distribution', barsOf(data.data.sketch), marks, show)}
      ${table(columnsOf(show), rows, { id: `summary-${at}`, caption: 'Figures', empty: '' })}
      ${facts([
        { label: 'Last', value: data.last === null ? '–' : show(data.last) },
        { label: 'Last at', value: moment(data.lastAt) },
        { label: 'Rate, 1 min', value: data.rates.m1, kind: 'rate' },
        { label: '5 min', value: data.rates.m5, kind: 'rate' },
        { label: '15 min', value: data.rates.m15, kind: 'rate' },
      ])}
      ${pointsChart(statistic, data, `points-${at}`)}`,
    );
  });
}

function columnsOf(
  show: (value: number) => string,
): Column<{ period: string; summary: Summary }>[] {
  const figure = (
    label: string,
    key: keyof Summary,
  ): Column<{ period: string; summary: Summary }> => ({
    label,
    kind: 'count',
    of: ({ summary }) => summary[key],
    show: ({ summary }) => (summary[key] === null ? '–' : show(summary[key])),
  });
  return [
    { label: '', of: ({ period }) => period },
    { label: 'Count', kind: 'count', of: ({ summary }) => summary.count },
    figure('Min', 'min'),
    figure('Mean', 'mean'),
    figure('Std dev', 'standardDeviation'),
    figure('p50', 'p50'),
    figure('p90', 'p90'),
    figure('p95', 'p95'),
    figure('p99', 'p99'),
    figure('p99.9', 'p999'),
    figure('Max', 'max'),
  ];
}

function pointsChart(statistic: Spread, { points }: DistributionSnapshot, id: string): HtmlValue {
  if (points.length < 2) return '';
  const { unit, per } = axisOf(statistic, Math.max(0, ...points.map(({ max }) => max ?? 0)));
  const line = (key: 'p50' | 'p95' | 'max') =>
    points.map((point) => (point[key] === null ? null : rounded(point[key] * per)));
  return chart({
    id,
    title: 'Recent intervals',
    unit,
    times: points.map(({ at }) => at),
    series: [
      { label: 'p50', values: line('p50') },
      { label: 'p95', values: line('p95') },
      { label: 'max', values: line('max') },
    ],
  });
}

function sketchView({ count: all, cardinality, top }: StreamSketchSnapshot, at: number): Html {
  return html`${facts([
    { label: 'Items', value: all },
    { label: 'Cardinality, estimated', value: Math.round(cardinality) },
  ])}
  ${table(
    [
      { label: 'Item', kind: 'code', of: ({ item }) => item },
      { label: 'Count', kind: 'count', of: (row) => row.count },
      { label: 'Max overcount', kind: 'count', of: ({ error }) => error },
    ],
    top,
    { id: `top-${at}`, caption: 'Top items', empty: 'No items yet.' },
  )}`;
}

function titled(title: string, content: HtmlValue): Html {
  return title === '' ? html`${content}` : section(title, content);
}
