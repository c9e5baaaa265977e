import type { StatSnapshot, StatSnapshotOf } from '../snapshot.ts';

/** Parts of one: about a millionth is the finest that a sum tells. */
const PARTS = 2 ** 20;

/** Sums from here on have no room for parts in a double. */
const LARGE = 2 ** 33;

/**
 * Rounds an amount down to a multiple that doubles add up without an error, in any order. Otherwise
 * the sum over processes may fall by its last bit when one of them ends, because its amount is
 * added at another place; Prometheus takes that for a restart.
 */
export function exactAmount(amount: number): number {
  return Math.abs(amount) < LARGE ? Math.floor(amount * PARTS) / PARTS : amount;
}

/** Statistics whose amounts add up exactly, in whichever order processes are merged. */
export function exactStats(statistics: readonly StatSnapshot[]): StatSnapshot[] {
  return statistics.map((statistic) => {
    if (statistic.kind === 'counter') return exactCounter(statistic);
    if (statistic.kind === 'states') return exactStates(statistic);
    if (statistic.kind === 'gauge' || statistic.kind === 'sketch') return statistic;
    return exactSpread(statistic);
  });
}

function exactCounter(statistic: StatSnapshotOf<'counter'>): StatSnapshotOf<'counter'> {
  const series = statistic.series.map(({ labels, data: { total } }) => {
    return { labels, data: { total: exactAmount(total) } };
  });
  return { ...statistic, series };
}

function exactStates(statistic: StatSnapshotOf<'states'>): StatSnapshotOf<'states'> {
  const series = statistic.series.map(({ labels, data: { states, transitions } }) => {
    const exact = Object.entries(states).map(([name, { entered, current, totalMs }]) => {
      return [name, { entered, current, totalMs: exactAmount(totalMs) }] as const;
    });
    return { labels, data: { states: Object.fromEntries(exact), transitions } };
  });
  return { ...statistic, series };
}

type Spread = StatSnapshotOf<'value'> | StatSnapshotOf<'duration'> | StatSnapshotOf<'interval'>;

function exactSpread<S extends Spread>(statistic: S): S {
  const series = statistic.series.map(({ labels, data }) => {
    const { moments, sketch } = data.data;
    const exact = { moments: { ...moments, sum: exactAmount(moments.sum) }, sketch };
    return { labels, data: { ...data, data: exact } };
  });
  return { ...statistic, series };
}
