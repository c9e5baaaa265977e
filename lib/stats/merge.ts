import { Cardinality } from './cardinality.ts';
import {
  type DistributionPoint,
  type DistributionSnapshot,
  mergeDistributions,
  summarize,
} from './distribution.ts';
import { mergeExemplars } from './exemplars.ts';
import { keyOf } from './family.ts';
import { mergeHeavyHitters } from './heavy-hitters.ts';
import type { Averages } from './moving-average.ts';
import type {
  GaugeMerge,
  GaugeSnapshot,
  StatisticKind,
  StatisticSnapshots,
  StatSnapshot,
} from './snapshot.ts';
import type { StatesSnapshot } from './states.ts';
import type { StreamSketchSnapshot } from './stream-sketch.ts';

type Merge = {
  [K in StatisticKind]: (all: StatisticSnapshots[K][], how: GaugeMerge) => StatisticSnapshots[K];
};

const MERGE: Merge = {
  value: mergeValues,
  duration: mergeValues,
  interval: mergeValues,
  counter: (all) => ({ total: sum(all.map(({ total }) => total)) }),
  gauge: mergeGauges,
  states: mergeStates,
  sketch: mergeSketches,
};

/**
 * Merges the statistics of several processes: counts are exact, quantiles keep the sketch's error,
 * gauges merge as they say. If processes disagree on the kind of a name, the first kind wins.
 */
export function mergeStats(processes: readonly (readonly StatSnapshot[])[]): StatSnapshot[] {
  const byName = new Map<string, StatSnapshot[]>();
  for (const statistic of processes.flat()) {
    const same = byName.get(statistic.name);
    if (same === undefined) byName.set(statistic.name, [statistic]);
    else if (same[0]?.kind === statistic.kind) same.push(statistic);
  }
  return [...byName.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [mergeFamily(first, same)];
  });
}

function mergeFamily(first: StatSnapshot, same: readonly StatSnapshot[]): StatSnapshot {
  const byLabels = new Map<string, StatSnapshot['series']>();
  for (const { series } of same) {
    for (const one of series) {
      const key = keyOf(one.labels);
      byLabels.set(key, [...(byLabels.get(key) ?? []), one] as StatSnapshot['series']);
    }
  }
  // The kind determines the type of `data`, which the compiler can't infer.
  const merge = MERGE[first.kind] as (all: unknown[], how: GaugeMerge) => unknown;
  const { merge: how = 'sum' } = first;
  const series = [...byLabels.values()].map((all) => ({
    labels: all[0]?.labels ?? {},
    data: merge(
      all.map(({ data }) => data),
      how,
    ),
  }));
  return { ...first, series } as StatSnapshot;
}

function mergeValues(all: DistributionSnapshot[]): DistributionSnapshot {
  const data = mergeDistributions(all.map((one) => one.data));
  const latest = all.reduce((a, b) => ((b.lastAt ?? 0) > (a.lastAt ?? 0) ? b : a));
  const rates = addAverages(all.map((one) => one.rates));
  const exemplars = mergeExemplars(all.map((one) => one.exemplars));
  const sums = addAverages(all.map((one) => timesAverages(one.averages, one.rates)));
  return {
    ...summarize(data),
    last: latest.last,
    lastAt: latest.lastAt,
    // Intervals of different processes end at different times, so they can't be merged.
    interval: all.length === 1 ? latest.interval : null,
    rates,
    averages: divideAverages(sums, rates),
    points: all.flatMap(({ points }): DistributionPoint[] => points).toSorted(byTime),
    data,
    ...(exemplars === undefined ? {} : { exemplars }),
  };
}

const MERGE_GAUGES: Record<GaugeMerge, (all: readonly GaugeSnapshot[]) => number> = {
  sum: (all) => sum(all.map(({ value }) => value)),
  max: (all) => Math.max(...all.map(({ value }) => value)),
  min: (all) => Math.min(...all.map(({ value }) => value)),
  average: (all) => sum(all.map(({ value, of = 1 }) => value * of)) / weightOf(all),
};

function mergeGauges(all: GaugeSnapshot[], how: GaugeMerge): GaugeSnapshot {
  const value = MERGE_GAUGES[how](all);
  return how === 'average' ? { value, of: weightOf(all) } : { value };
}

function weightOf(all: readonly GaugeSnapshot[]): number {
  return sum(all.map(({ of = 1 }) => of));
}

function mergeStates(all: StatesSnapshot[]): StatesSnapshot {
  const merged: StatesSnapshot = { states: {}, transitions: {} };
  for (const { states, transitions } of all) {
    for (const [name, { entered, current, totalMs }] of Object.entries(states)) {
      const known = (merged.states[name] ??= { entered: 0, current: 0, totalMs: 0 });
      known.entered += entered;
      known.current += current;
      known.totalMs += totalMs;
    }
    for (const [name, count] of Object.entries(transitions)) {
      merged.transitions[name] = (merged.transitions[name] ?? 0) + count;
    }
  }
  return merged;
}

function mergeSketches(all: StreamSketchSnapshot[]): StreamSketchSnapshot {
  const cardinality = new Cardinality();
  for (const { registers } of all) cardinality.merge(registers);
  return {
    count: sum(all.map(({ count }) => count)),
    cardinality: cardinality.estimate(),
    top: mergeHeavyHitters(all.map(({ top }) => top)),
    registers: cardinality.data(),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function byTime(a: DistributionPoint, b: DistributionPoint): number {
  return a.at - b.at;
}

function addAverages(all: readonly Averages[]): Averages {
  return {
    m1: sum(all.map(({ m1 }) => m1)),
    m5: sum(all.map(({ m5 }) => m5)),
    m15: sum(all.map(({ m15 }) => m15)),
  };
}

function timesAverages(a: Averages, b: Averages): Averages {
  return { m1: a.m1 * b.m1, m5: a.m5 * b.m5, m15: a.m15 * b.m15 };
}

function divideAverages(a: Averages, b: Averages): Averages {
  return { m1: divide(a.m1, b.m1), m5: divide(a.m5, b.m5), m15: divide(a.m15, b.m15) };
}

function divide(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}
