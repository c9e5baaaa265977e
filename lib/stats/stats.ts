import { randomUUID } from 'node:crypto';

import type { Clock } from '../common/clock.ts';
import { thisMachine } from '../common/options/machine.ts';
import { Counter } from './counter.ts';
import { Distribution, type DistributionSnapshot } from './distribution.ts';
import { Duration, type RunningTimer } from './duration.ts';
import { Family, type Labels } from './family.ts';
import { Gauge } from './gauge.ts';
import { Interval } from './interval.ts';
import { mergeStats } from './merge.ts';
import { pastOf } from './past.ts';
import type { GaugeMerge, StatisticKind, StatSnapshot } from './snapshot.ts';
import { States } from './states.ts';
import { statisticName } from './statistic-name.ts';
import {
  recorderOptions,
  type StatisticOptions,
  statisticOptions,
  type StatsOptions,
} from './statistic.options.ts';
import { StatsError } from './stats.errors.ts';
import { StreamSketch } from './stream-sketch.ts';

/** No default of a statistic depends on the machine. */
const MACHINE = thisMachine();

/** Recorder of each kind. */
interface Statistics {
  value: Distribution;
  duration: Duration;
  interval: Interval;
  counter: Counter;
  gauge: Gauge;
  states: States;
  sketch: StreamSketch;
}

const CREATE: { [K in StatisticKind]: (clock: Clock) => Statistics[K] } = {
  value: (clock) => new Distribution(clock),
  duration: (clock) => new Duration(clock),
  interval: (clock) => new Interval(clock),
  counter: () => new Counter(),
  gauge: () => new Gauge(),
  states: (clock) => new States(clock),
  sketch: () => new StreamSketch(),
};

interface Entry<K extends StatisticKind = StatisticKind> {
  kind: K;
  name: string;
  help: string;
  unit: string;
  buckets: readonly number[];
  merge: GaugeMerge;
  family: Family<Statistics[K]>;
}

/** Maximum number of messages kept about reached limits. */
const MAX_LIMITS = 50;

const NO_LABELS: Labels = Object.freeze({});

/**
 * Statistics of a process, by name. Keep a returned statistic and record into it: that saves the
 * lookup by name.
 *
 * @throws StatsError for a name that is taken by another kind, or that isn't dotted identifiers
 * @throws TypeError or RangeError naming the option that is wrong, when a statistic is created
 * @example
 * const queries = stats.duration('db.query', { help: 'Time of queries' });
 * await queries.time(() => db.query(sql));
 */
export class Stats {
  readonly #clock: Clock;
  readonly #maxSeries: number;
  readonly #maxNames: number;
  readonly #entries = new Map<string, Entry>();
  readonly #collectors = new Set<() => void>();
  readonly #threads = new Map<number, readonly StatSnapshot[]>();
  #retired: readonly StatSnapshot[] = [];
  readonly #limits: string[] = [];
  readonly #limitListeners = new Set<(message: string) => void>();
  #hasOverflowed = false;
  #resets = 0;
  readonly #id = randomUUID();

  /** @throws TypeError or RangeError naming the option that is wrong */
  constructor(options: StatsOptions = {}) {
    const checked = recorderOptions.check('Stats', options, MACHINE);
    this.#clock = checked.clock;
    this.#maxSeries = checked.maxSeries;
    this.#maxNames = checked.maxNames;
  }

  /**
   * Calls `listener` when a limit is reached: once per name for label sets, once for names. The
   * returned function removes it.
   */
  onLimit(listener: (message: string) => void): () => void {
    this.#limitListeners.add(listener);
    return () => void this.#limitListeners.delete(listener);
  }

  /** Changes whenever the counts begin anew: see `MetricsReport`. */
  get epoch(): string {
    return `${this.#id} ${this.#resets}`;
  }

  /** Messages about the limits reached so far. */
  get limits(): readonly string[] {
    return this.#limits;
  }

  /** Snapshot of an existing distribution; never creates one. */
  find(name: string, labels: Labels = NO_LABELS): DistributionSnapshot | undefined {
    const entry = this.#entries.get(name);
    const found = entry?.family.find(labels);
    return found !== undefined && 'rotate' in found ? found.snapshot() : undefined;
  }

  /** Distribution of values. */
  value(name: string, options?: StatisticOptions, labels?: Labels): Distribution {
    return this.#of('value', name, options, labels);
  }

  /** Distribution of durations, in milliseconds. */
  duration(name: string, options?: StatisticOptions, labels?: Labels): Duration {
    return this.#of('duration', name, options, labels);
  }

  /** Starts a measurement: `using timer = stats.start('db.query');`. */
  start(name: string, options?: StatisticOptions, labels?: Labels): RunningTimer {
    return this.duration(name, options, labels).start();
  }

  /** Distribution of the time between events. */
  interval(name: string, options?: StatisticOptions, labels?: Labels): Interval {
    return this.#of('interval', name, options, labels);
  }

  counter(name: string, options?: StatisticOptions, labels?: Labels): Counter {
    return this.#of('counter', name, options, labels);
  }

  gauge(name: string, options?: StatisticOptions, labels?: Labels): Gauge {
    return this.#of('gauge', name, options, labels);
  }

  /** Time per state, and transition counts. */
  states(name: string, options?: StatisticOptions, labels?: Labels): States {
    return this.#of('states', name, options, labels);
  }

  /** Cardinality of a stream of items, and the most frequent ones. */
  sketch(name: string, options?: StatisticOptions, labels?: Labels): StreamSketch {
    return this.#of('sketch', name, options, labels);
  }

  /** Ends an interval of `spanMs` in every statistic that has intervals. */
  rotate(spanMs: number): void {
    for (const { family } of this.#entries.values()) {
      for (const { statistic } of family.series) {
        if ('rotate' in statistic) statistic.rotate(spanMs);
      }
    }
  }

  /**
   * Discards all records, including those of threads. Statistics stay usable. Gauges, and values
   * that are read from elsewhere, are not affected.
   *
   * @returns the number of series that were reset
   */
  reset(): number {
    let series = 0;
    for (const { family } of this.#entries.values()) {
      for (const { statistic } of family.series) {
        if (!('reset' in statistic)) continue;
        statistic.reset();
        series++;
      }
    }
    this.#threads.clear();
    this.#retired = [];
    this.#resets++;
    return series;
  }

  /** Calls `collector` before each snapshot: for series that are known only then. */
  collect(collector: () => void): () => void {
    this.#collectors.add(collector);
    return () => void this.#collectors.delete(collector);
  }

  /**
   * All statistics as plain data, including those of other threads. `totals` omits past intervals
   * and quantiles, which is much cheaper; merging computes the quantiles.
   */
  snapshot(detail: 'all' | 'totals' = 'all'): StatSnapshot[] {
    for (const collector of this.#collectors) collector();
    const own = [...this.#entries.values()].map((entry) => snapshotOf(entry, detail));
    if (this.#threads.size === 0 && this.#retired.length === 0) return own;
    return mergeStats([own, ...this.#threads.values(), this.#retired]);
  }

  /** Removes a gauge: what it measured is gone, and its last value must not stay. */
  removeGauge(name: string, labels: Labels): void {
    const entry = this.#entries.get(name);
    if (entry?.kind === 'gauge') entry.family.delete(labels);
  }

  /** Replaces the statistics of another thread by its latest, which count from its start. */
  include(thread: number, statistics: readonly StatSnapshot[]): void {
    this.#threads.set(thread, statistics);
  }

  /** Keeps the counts of a thread that has ended, and drops its current values. */
  retire(thread: number): void {
    const last = this.#threads.get(thread);
    if (last === undefined) return;
    this.#threads.delete(thread);
    this.#retired = pastOf(mergeStats([this.#retired, last]));
  }

  #of<K extends StatisticKind>(
    kind: K,
    name: string,
    options: StatisticOptions = {},
    labels: Labels = NO_LABELS,
  ): Statistics[K] {
    const entry = this.#entries.get(name) ?? this.#create(kind, name, options);
    if (!isOfKind(entry, kind)) {
      throw new StatsError(
        'ERR_BUTTRESS_STATS_KIND',
        `"${name}" is already a ${entry.kind}; it cannot also be a ${kind}`,
      );
    }
    return entry.family.with(labels);
  }

  #create(kind: StatisticKind, name: string, options: StatisticOptions): Entry {
    const checked = statisticOptions.check(`"${statisticName(name)}"`, options, MACHINE);
    const { help = name, unit = '', buckets = [], merge, maxSeries = this.#maxSeries } = checked;
    const family = new Family<Statistics[StatisticKind]>({
      name,
      create: () => CREATE[kind](this.#clock),
      maxSeries,
      onFold: (folded) => {
        const limit = `${maxSeries} different sets of labels`;
        this.#limitReached(`"${folded}" has ${limit}; further ones are counted as "other"`);
      },
    });
    const entry: Entry = { kind, name, help, unit, buckets, merge, family };
    // Beyond the limit a statistic works but is not exported.
    if (this.#entries.size < this.#maxNames) this.#entries.set(name, entry);
    else this.#overflow(name);
    return entry;
  }

  #overflow(name: string): void {
    if (this.#hasOverflowed) return;
    this.#hasOverflowed = true;
    this.#limitReached(
      `There are ${this.#maxNames} statistics; "${name}" and later ones are not shown`,
    );
  }

  #limitReached(message: string): void {
    if (this.#limits.length < MAX_LIMITS) this.#limits.push(message);
    for (const listener of this.#limitListeners) listener(message);
  }
}

function isOfKind<K extends StatisticKind>(entry: Entry, kind: K): entry is Entry<K> & Entry {
  return entry.kind === kind;
}

function snapshotOf(
  { kind, name, help, unit, buckets, merge, family }: Entry,
  detail: 'all' | 'totals',
): StatSnapshot {
  const series = [...family.series].map(({ labels, statistic }) => {
    const isLean = detail === 'totals' && 'totals' in statistic;
    return { labels, data: isLean ? statistic.totals() : statistic.snapshot() };
  });
  // The kind determines the type of `data`, which the compiler can't infer.
  const about = kind === 'gauge' ? { help, unit, buckets, merge } : { help, unit, buckets };
  return { kind, name, ...about, series } as StatSnapshot;
}
