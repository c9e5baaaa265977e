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
import { isSpread, labelsOf, type Spread, unitText } from './statistic-text.ts';

/** One statistic with all its series. */
export function statisticView(statistic: StatSnapshot): HtmlValue {
  const { help, kind, unit, series } = statistic;
  const about = facts([
    { label: 'What', value: help },
    { label: 'Kind', value: kind },
    { label: 'Unit', value: kind === 'value' ? unit : 'time' },
  ]);
  if (isSpread(statistic)) return [about, spreadView(statistic)];
  if (kind === 'states') {
    return [
      about,
      ...statistic.series.map(({ labels, data }) => titled(labelsOf(labels), stateDiagram(data))),
    ];
  }
  if (kind === 'sketch') {
    return [
      about,
      ...statistic.series.map(({ labels, data }, at) =>
        titled(labelsOf(labels), sketchView(data, at)),
      ),
    ];
  }
  const rows = series.map(({ labels, data }) => ({
    labels: labelsOf(labels),
    value: 'total' in data ? data.total : 'value' in data ? data.value : 0,
  }));
  const columns: Column<(typeof rows)[number]>[] = [
    { label: 'Of', of: (row) => row.labels },
    { label: 'Value', kind: 'count', of: (row) => row.value },
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
      { label: '50', value: data.p50 },
      { label: '95', value: data.p95 },
      { label: '99', value: data.p99 },
    ];
    return titled(
      labelsOf(labels),
      html`${histogram('How often which values were', barsOf(data.data.sketch), marks, show)}
      ${table(columnsOf(show), rows, { id: `summary-${at}`, caption: 'Figures', empty: '' })}
      ${facts([
        { label: 'Last', value: data.last === null ? '–' : show(data.last) },
        { label: 'When', value: moment(data.lastAt) },
        { label: 'Rate, 1 min', value: data.rates.m1, kind: 'rate' },
        { label: '5 min', value: data.rates.m5, kind: 'rate' },
        { label: '15 min', value: data.rates.m15, kind: 'rate' },
      ])}
      ${pointsChart(data, `points-${at}`)}`,
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
    figure('Least', 'min'),
    figure('Mean', 'mean'),
    figure('Deviation', 'standardDeviation'),
    figure('Half', 'p50'),
    figure('95 %', 'p95'),
    figure('99 %', 'p99'),
    figure('Most', 'max'),
  ];
}

function pointsChart({ points }: DistributionSnapshot, id: string): HtmlValue {
  if (points.length < 2) return '';
  return chart({
    id,
    title: 'Over the last intervals',
    unit: '',
    times: points.map(({ at }) => at),
    series: [
      { label: 'half', values: points.map(({ p50 }) => p50) },
      { label: '95 of 100', values: points.map(({ p95 }) => p95) },
      { label: 'most', values: points.map(({ max }) => max) },
    ],
  });
}

function sketchView({ count: all, cardinality, top }: StreamSketchSnapshot, at: number): Html {
  return html`${facts([
    { label: 'Items', value: all },
    { label: 'Different ones, about', value: Math.round(cardinality) },
  ])}
  ${table(
    [
      { label: 'Item', kind: 'code', of: ({ item }) => item },
      { label: 'Count', kind: 'count', of: (row) => row.count },
      { label: 'Too many by at most', kind: 'count', of: ({ error }) => error },
    ],
    top,
    { id: `top-${at}`, caption: 'The most frequent', empty: 'No items yet.' },
  )}`;
}

function titled(title: string, content: HtmlValue): Html {
  return title === '' ? html`${content}` : section(title, content);
}
