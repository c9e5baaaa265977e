import { countOf, quantileOf } from '../../stats/quantile-sketch.ts';
import type { StatisticKind, StatSnapshot } from '../../stats/snapshot.ts';
import { sketchSince } from './sketch-since.ts';

/** Figures of a statistic over time: of a gauge its value, of all others what came in a span. */
export const STATISTIC_FIGURES = ['value', 'rate', 'p50', 'p95', 'p99'] as const;

export type StatisticFigure = (typeof STATISTIC_FIGURES)[number];

export type StatisticFigures = Partial<Record<StatisticFigure, number>>;

type SeriesData = StatSnapshot['series'][number]['data'];

const SPREADS: readonly StatisticFigure[] = ['rate', 'p50', 'p95', 'p99'];

/** Figures that a kind of statistic has. */
export function figuresOfKind(kind: StatisticKind): readonly StatisticFigure[] {
  if (kind === 'gauge') return ['value'];
  return kind === 'counter' || kind === 'states' || kind === 'sketch' ? ['rate'] : SPREADS;
}

/**
 * Figures of a span from the snapshots at both of its ends.
 *
 * @param before undefined: only gauges have a figure
 */
export function figuresOver(
  now: SeriesData,
  before: SeriesData | undefined,
  spanMs: number,
): StatisticFigures {
  if ('value' in now) return { value: now.value };
  if (before === undefined) return {};
  const rate = Math.max(0, totalOf(now) - totalOf(before)) / (Math.max(1, spanMs) / 1_000);
  if (!('points' in now) || !('points' in before)) return { rate };
  const came = sketchSince(now.data.sketch, before.data.sketch);
  if (countOf(came) === 0) return { rate };
  const quantile = (q: number): number => quantileOf(came, q) ?? 0;
  return { rate, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) };
}

/** Number of what was counted since the start. */
function totalOf(data: SeriesData): number {
  if ('total' in data) return data.total;
  if ('count' in data) return data.count;
  if ('value' in data) return 0;
  return Object.values(data.states).reduce((sum, { entered }) => sum + entered, 0);
}
