import { RELATIVE_ACCURACY, type SketchData } from '../../stats/quantile-sketch.ts';
import type { HistogramBar } from '../view/chart.ts';

const GAMMA = (1 + RELATIVE_ACCURACY) / (1 - RELATIVE_ACCURACY);

const MOST_BARS = 60;

/** Converts the bins of a sketch to histogram bars; merges neighbours to limit their number. */
export function barsOf({ zeros, negative, positive }: SketchData): HistogramBar[] {
  const below = negative.counts.reduce((sum, count) => sum + count, 0);
  const small = zeros + below;
  const bars: HistogramBar[] = small === 0 ? [] : [{ from: 0, to: 0, count: small }];
  const step = Math.max(1, Math.ceil(positive.counts.length / MOST_BARS));
  for (let at = 0; at < positive.counts.length; at += step) {
    const counts = positive.counts.slice(at, at + step);
    const first = positive.first + at;
    bars.push({
      from: GAMMA ** (first - 1),
      to: GAMMA ** (first + counts.length - 1),
      count: counts.reduce((sum, count) => sum + count, 0),
    });
  }
  return bars;
}
