import { median, spread } from '../support/statistics.ts';
import type { Row } from '../support/topic.ts';

/** What was measured at each start, in MB; `peer` is zero where there is none. */
export interface Measured {
  ours: number;
  peer: number;
}

/** Holds the median of the difference to the peer against a limit in MB. */
export function memoryRow(
  metric: string,
  against: string,
  { limit, starts }: { limit: number; starts: readonly Measured[] },
): Row {
  const over = spread(starts.map(({ ours, peer }) => ours - peer));
  const holds = over.median <= limit;
  return {
    topic: 'memory',
    metric,
    ours: median(starts.map(({ ours }) => ours)),
    peer: median(starts.map(({ peer }) => peer)),
    ratio: { min: over.min / limit, median: over.median / limit, max: over.max / limit },
    bar: `ours - peer <= ${limit} MB`,
    holds,
    unit: 'MB',
    against,
    pairs: starts.length,
    bound: over.median,
    verdict: holds ? 'held' : 'missed',
  };
}
