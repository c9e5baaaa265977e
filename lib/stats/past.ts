import type { StatSnapshot, StatSnapshotOf } from './snapshot.ts';

type Spread = StatSnapshotOf<'value'> | StatSnapshotOf<'duration'> | StatSnapshotOf<'interval'>;

/** Past intervals kept of all ended recorders together. */
const MAX_POINTS = 60;

const NO_AVERAGES = { m1: 0, m5: 0, m15: 0 };

/** What remains of recorders that have ended: their totals, without current values. */
export function pastOf(statistics: readonly StatSnapshot[]): StatSnapshot[] {
  return statistics.filter(({ kind }) => kind !== 'gauge').map(totalsOf);
}

function totalsOf(statistic: StatSnapshot): StatSnapshot {
  if (statistic.kind === 'states') return withoutCurrent(statistic);
  if (statistic.kind === 'counter' || statistic.kind === 'sketch') return statistic;
  return statistic.kind === 'gauge' ? statistic : withoutRates(statistic);
}

function withoutRates<S extends Spread>(statistic: S): S {
  const series = statistic.series.map(({ labels, data }) => {
    const points = data.points.slice(-MAX_POINTS);
    const past = { interval: null, rates: NO_AVERAGES, averages: NO_AVERAGES, points };
    return { labels, data: { ...data, ...past } };
  });
  return { ...statistic, series };
}

function withoutCurrent(statistic: StatSnapshotOf<'states'>): StatSnapshotOf<'states'> {
  const series = statistic.series.map(({ labels, data: { states, transitions } }) => {
    const left = Object.entries(states).map(([name, state]) => [name, { ...state, current: 0 }]);
    return { labels, data: { states: Object.fromEntries(left) as typeof states, transitions } };
  });
  return { ...statistic, series };
}
