import { keyOf } from '../family.ts';
import type { StatisticKind, StatisticSnapshots, StatSnapshot } from '../snapshot.ts';

/** Amounts of a series that grow only; a smaller one means that its recorder began anew. */
const AMOUNTS: { [K in StatisticKind]: (data: StatisticSnapshots[K]) => readonly number[] } = {
  value: ({ count }) => [count],
  duration: ({ count }) => [count],
  interval: ({ count }) => [count],
  counter: ({ total }) => [total],
  gauge: () => [],
  states: ({ states, transitions }) => [
    ...Object.values(states).map(({ entered }) => entered),
    ...Object.values(transitions),
  ],
  sketch: ({ count }) => [count],
};

/**
 * Series of `before` that began anew in `after`, or are gone from it: what a sum over both must
 * still count. Gauges are never lost: they count nothing.
 */
export function lostBetween(
  before: readonly StatSnapshot[],
  after: readonly StatSnapshot[],
): StatSnapshot[] {
  const present = new Map(after.map((statistic) => [statistic.name, statistic]));
  return before.flatMap((statistic) => {
    if (statistic.kind === 'gauge') return [];
    const now = present.get(statistic.name);
    const amounts = new Map(now?.kind === statistic.kind ? amountsOf(now) : []);
    const lost = amountsOf(statistic).map(([key, amount]) => amount > (amounts.get(key) ?? -1));
    if (!lost.includes(true)) return [];
    const series = (statistic.series as unknown[]).filter((_, at) => lost[at]);
    // The kind determines the type of `series`, which the compiler can't infer.
    return [{ ...statistic, series } as StatSnapshot];
  });
}

/** Sum of the amounts of each series, by its labels. */
function amountsOf(statistic: StatSnapshot): [key: string, amount: number][] {
  const amounts = AMOUNTS[statistic.kind] as (data: unknown) => readonly number[];
  return statistic.series.map(({ labels, data }) => {
    return [keyOf(labels), amounts(data).reduce((sum, amount) => sum + amount, 0)];
  });
}
