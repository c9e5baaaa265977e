import { rounded } from '../../common/rounded.ts';
import type { StatSnapshot } from '../../stats/snapshot.ts';
import type { StatisticFigure } from '../history/statistic-figures.ts';
import type { SeriesHistory, StatisticPoint } from '../history/statistic-history.ts';
import { chart, type ChartSeries } from '../view/chart.ts';
import { type Html, html } from '../view/html.ts';
import { axisOf, labelsText } from './statistic-text.ts';

/** Series drawn: those with the largest last figures. */
const MAX_LINES = 6;

const QUANTILES = ['p50', 'p95', 'p99'] as const;

/** Charts of a statistic over time, whatever its kind. */
export function statisticCharts(
  statistic: Pick<StatSnapshot, 'name' | 'kind' | 'unit'>,
  history: readonly SeriesHistory[],
): Html {
  const known = history.filter(({ points }) => points.length > 1);
  if (known.length === 0) {
    return html`<p class="empty">
      Charts appear after half a minute: this statistic is sampled every 10 s.
    </p>`;
  }
  const figure = statistic.kind === 'gauge' ? 'value' : 'rate';
  const shown = largest(known, figure);
  const more =
    shown.length < known.length
      ? html`<p class="hint">The ${shown.length} largest of ${known.length} series.</p>`
      : '';
  const spreads = shown.filter(({ points }) => points.some(({ p95 }) => typeof p95 === 'number'));
  return html`${more}
    <div class="charts">
      ${figure === 'value' ? valueChart(statistic, shown) : rateChart(shown)}
      ${spreads.map((series, at) => quantileChart(statistic, series, at))}
    </div>`;
}

function largest(history: readonly SeriesHistory[], figure: StatisticFigure): SeriesHistory[] {
  const lastOf = ({ points }: SeriesHistory): number => points.at(-1)?.[figure] ?? 0;
  return history.toSorted((a, b) => lastOf(b) - lastOf(a)).slice(0, MAX_LINES);
}

function valueChart(
  statistic: Pick<StatSnapshot, 'name' | 'kind' | 'unit'>,
  shown: readonly SeriesHistory[],
): Html {
  const values = shown.flatMap(({ points }) => points.map(({ value }) => value ?? 0));
  const { unit, per } = axisOf(statistic, Math.max(0, ...values));
  const times = timesOf(shown);
  return chart({
    id: 'statistic-value',
    title: statistic.name,
    unit,
    times,
    series: shown.map((one) => lineOf(one, times, ({ value }) => scaled(value, per))),
  });
}

function rateChart(shown: readonly SeriesHistory[]): Html {
  const times = timesOf(shown);
  return chart({
    id: 'statistic-rate',
    title: 'Rate',
    unit: '/s',
    times,
    series: shown.map((one) => lineOf(one, times, ({ rate }) => scaled(rate, 1))),
  });
}

function quantileChart(
  statistic: Pick<StatSnapshot, 'name' | 'kind' | 'unit'>,
  { labels, points }: SeriesHistory,
  at: number,
): Html {
  const { unit, per } = axisOf(statistic, Math.max(0, ...points.map(({ p99 }) => p99 ?? 0)));
  return chart({
    id: `statistic-quantiles-${at}`,
    title: labelsText(labels) || statistic.name,
    unit,
    times: points.map((point) => point.at),
    series: QUANTILES.map((name) => ({
      label: name,
      values: points.map((point) => scaled(point[name], per)),
    })),
  });
}

/** Times of all series: one of them may have begun later. */
function timesOf(shown: readonly SeriesHistory[]): number[] {
  const all = new Set(shown.flatMap(({ points }) => points.map(({ at }) => at)));
  return [...all].toSorted((a, b) => a - b);
}

function lineOf(
  { labels, points }: SeriesHistory,
  times: readonly number[],
  of: (point: StatisticPoint) => number | null,
): ChartSeries {
  const byTime = new Map(points.map((point) => [point.at, of(point)]));
  const values = times.map((at) => byTime.get(at) ?? null);
  return { label: labelsText(labels) || 'all', values };
}

function scaled(value: number | null | undefined, per: number): number | null {
  return typeof value === 'number' ? rounded(value * per) : null;
}
