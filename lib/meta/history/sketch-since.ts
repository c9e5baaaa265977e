import type { BinsData, SketchData } from '../../stats/quantile-sketch.ts';

/** Values of a sketch that an earlier snapshot of it did not have. */
export function sketchSince(now: SketchData, before: SketchData): SketchData {
  return {
    zeros: Math.max(0, now.zeros - before.zeros),
    positive: binsSince(now.positive, before.positive),
    negative: binsSince(now.negative, before.negative),
  };
}

/** A process that began anew may count less than before: never below none. */
function binsSince(now: BinsData, before: BinsData): BinsData {
  const offset = now.first - before.first;
  const counts = now.counts.map((count, at) => {
    return Math.max(0, count - (before.counts[at + offset] ?? 0));
  });
  return { first: now.first, counts };
}
