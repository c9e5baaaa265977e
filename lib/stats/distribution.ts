import { type Clock, processClock } from '../common/clock.ts';
import { type Exemplar, Exemplars } from './exemplars.ts';
import { type MomentsData, mergeMoments, NO_MOMENTS, standardDeviationOf } from './moments.ts';
import { type Averages, MovingAverage } from './moving-average.ts';
import { quantileOf, QuantileSketch, type SketchData } from './quantile-sketch.ts';
import { Ring } from './ring.ts';

/** Summary of values. A quantile is null while there are too few values to estimate it. */
export interface Summary {
  count: number;
  sum: number;
  min: number | null;
  max: number | null;
  mean: number | null;
  standardDeviation: number | null;
  p50: number | null;
  p90: number | null;
  p95: number | null;
  p99: number | null;
  /** 99.9th percentile. */
  p999: number | null;
}

/** Summary of a past interval. */
export interface DistributionPoint extends Summary {
  /** End of the interval, in milliseconds since the epoch. */
  at: number;
}

/** State of a distribution since the start, as plain data that can be merged. */
export interface DistributionData {
  moments: MomentsData;
  sketch: SketchData;
}

/** State of a distribution, as plain data. */
export interface DistributionSnapshot extends Summary {
  last: number | null;
  /** Time of `last`, in milliseconds since the epoch. */
  lastAt: number | null;
  /** Last complete interval; null: none yet. */
  interval: Summary | null;
  /** Values per second. */
  rates: Averages;
  /** Mean of the values. */
  averages: Averages;
  points: DistributionPoint[];
  data: DistributionData;
  /** Values with the traces that they come from, the latest of each magnitude; absent: none. */
  exemplars?: Exemplar[];
}

/** Number of past intervals kept. */
const POINTS = 60;

/**
 * Distribution of values in bounded memory: exact moments, quantiles within 1 %. `record` updates
 * only the current interval, which `rotate` adds to the whole.
 */
export class Distribution {
  readonly #clock: Clock;
  #rates = new MovingAverage();
  #sums = new MovingAverage();
  #points = new Ring<DistributionPoint>(POINTS);
  #whole: DistributionData = { moments: NO_MOMENTS, sketch: new QuantileSketch().data() };
  #sketch = new QuantileSketch();
  #count = 0;
  #sum = 0;
  #mean = 0;
  #squares = 0;
  #min = Infinity;
  #max = -Infinity;
  #exemplars: Exemplars | undefined;
  #last = NaN;
  #lastAt = 0;

  constructor(clock: Clock = processClock) {
    this.#clock = clock;
  }

  /** Records a value; ignores NaN and infinities, which would spoil the sums. */
  record(value: number): void {
    this.recordAt(value, this.#clock.now());
  }

  /** Records a value at a known time, which saves reading the clock. */
  recordAt(value: number, now: number): void {
    // NaN for NaN and infinities, else 0.
    if (value - value !== 0) return;
    this.#count++;
    this.#sum += value;
    // Welford, "Note on a method for calculating corrected sums of squares", 1962.
    const delta = value - this.#mean;
    this.#mean += delta / this.#count;
    this.#squares += delta * (value - this.#mean);
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    this.#last = value;
    this.#lastAt = now;
    this.#sketch.add(value);
  }

  /** Keeps the trace that a recorded value comes from. */
  exemplify(value: number, traceId: string): void {
    this.#exemplars ??= new Exemplars();
    this.#exemplars.add({ value, traceId, at: Date.now() });
  }

  /** Ends the current interval, which lasted `spanMs`. */
  rotate(spanMs: number): void {
    const interval = this.#present();
    const perSecond = 1_000 / spanMs;
    this.#rates.update(interval.moments.count * perSecond, spanMs);
    this.#sums.update(interval.moments.sum * perSecond, spanMs);
    this.#points.push({ at: Date.now(), ...summarize(interval) });
    if (interval.moments.count === 0) return;
    this.#whole = mergeDistributions([this.#whole, interval]);
    this.#beginInterval();
  }

  /** Discards all values. */
  reset(): void {
    this.#rates = new MovingAverage();
    this.#sums = new MovingAverage();
    this.#points = new Ring(POINTS);
    this.#whole = { moments: NO_MOMENTS, sketch: new QuantileSketch().data() };
    this.#exemplars = undefined;
    this.#beginInterval();
  }

  snapshot(): DistributionSnapshot {
    const totals = this.totals();
    const points = this.#points.toArray();
    return { ...totals, ...quantilesOf(totals.data), interval: points.at(-1) ?? null, points };
  }

  /** Snapshot for merging: no past intervals and no quantiles, which follow from `data`. */
  totals(): DistributionSnapshot {
    const data = this.#all();
    const hasLast = data.moments.count > 0;
    return {
      ...figuresOf(data.moments),
      ...UNTOLD,
      last: hasLast ? this.#last : null,
      lastAt: hasLast ? Date.now() - (this.#clock.now() - this.#lastAt) : null,
      interval: null,
      rates: this.#rates.values,
      averages: averagesOf(this.#sums.values, this.#rates.values),
      points: [],
      data,
      ...(this.#exemplars === undefined ? {} : { exemplars: this.#exemplars.data() }),
    };
  }

  #all(): DistributionData {
    if (this.#count === 0) return this.#whole;
    return mergeDistributions([this.#whole, this.#present()]);
  }

  #beginInterval(): void {
    this.#sketch = new QuantileSketch();
    [this.#count, this.#sum, this.#mean, this.#squares] = [0, 0, 0, 0];
    [this.#min, this.#max] = [Infinity, -Infinity];
  }

  #present(): DistributionData {
    const moments: MomentsData = {
      count: this.#count,
      sum: this.#sum,
      squares: this.#squares,
      min: this.#min,
      max: this.#max,
    };
    return { moments, sketch: this.#sketch.data() };
  }
}

/** Merges distributions: exact except for quantiles, which keep their error. */
export function mergeDistributions(all: readonly DistributionData[]): DistributionData {
  const sketch = new QuantileSketch();
  let moments = NO_MOMENTS;
  for (const one of all) {
    sketch.merge(one.sketch);
    moments = mergeMoments(moments, one.moments);
  }
  return { moments, sketch: sketch.data() };
}

export function summarize(data: DistributionData): Summary {
  return { ...figuresOf(data.moments), ...quantilesOf(data) };
}

type Quantiles = Pick<Summary, 'p50' | 'p90' | 'p95' | 'p99' | 'p999'>;

function quantilesOf({ moments: { count, min, max }, sketch }: DistributionData): Quantiles {
  const quantile = (q: number): number | null => {
    if (!isTold(q, count)) return null;
    // Clamps the estimate to the recorded range.
    return Math.min(max, Math.max(min, quantileOf(sketch, q) ?? min));
  };
  return {
    p50: quantile(0.5),
    p90: quantile(0.9),
    p95: quantile(0.95),
    p99: quantile(0.99),
    p999: quantile(0.999),
  };
}

/** Placeholder for quantiles that are not computed. */
const UNTOLD: Quantiles = { p50: null, p90: null, p95: null, p99: null, p999: null };

/** Figures that need moments but no sketch. */
function figuresOf(moments: MomentsData): Omit<Summary, keyof Quantiles> {
  const { count, sum, min, max } = moments;
  const isEmpty = count === 0;
  return {
    count,
    sum,
    min: isEmpty ? null : min,
    max: isEmpty ? null : max,
    mean: isEmpty ? null : sum / count,
    standardDeviation: isEmpty ? null : standardDeviationOf(moments),
  };
}

/** Requires half as many values as it takes for one to lie beyond the quantile. */
function isTold(q: number, count: number): boolean {
  return count >= Math.round(0.5 / (1 - q));
}

function averagesOf(sums: Averages, rates: Averages): Averages {
  const mean = (key: keyof Averages): number => (rates[key] === 0 ? 0 : sums[key] / rates[key]);
  return { m1: mean('m1'), m5: mean('m5'), m15: mean('m15') };
}
