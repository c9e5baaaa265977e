import type { DistributionSnapshot } from './distribution.ts';
import type { StatSnapshot } from './snapshot.ts';

/**
 * The same without its past intervals: what a scraper gets is of now, and most of a snapshot's size
 * is of then.
 */
export function withoutPoints(statistic: StatSnapshot): StatSnapshot {
  const { kind } = statistic;
  if (kind !== 'value' && kind !== 'duration' && kind !== 'interval') return statistic;
  const series = statistic.series.map(({ labels, data }) => ({ labels, data: lean(data) }));
  return { ...statistic, series };
}

function lean(data: DistributionSnapshot): DistributionSnapshot {
  return data.points.length === 0 ? data : { ...data, points: [] };
}
