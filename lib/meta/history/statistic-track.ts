import type { StatisticFigure, StatisticFigures } from './statistic-figures.ts';

/** Samples kept: each 10 s of half an hour, each minute of three hours. */
const FINE = { everyMs: 10_000, places: 181 };
const COARSE = { everyMs: 60_000, places: 181 };

/** Longest span of the fine samples. */
export const FINE_MS = 30 * 60_000;

/** Figures of which a minute has the largest; of all others it has the mean. */
const PEAKS: ReadonlySet<StatisticFigure> = new Set(['p50', 'p95', 'p99']);

interface Sample extends StatisticFigures {
  at: number;
}

/** One series of a statistic over time, in memory that never grows. */
export class StatisticTrack {
  readonly #fine: Samples;
  readonly #coarse: Samples;
  #lastAt = -Infinity;

  constructor(figures: readonly StatisticFigure[]) {
    this.#fine = new Samples(figures, FINE);
    this.#coarse = new Samples(figures, COARSE);
  }

  add(nowMs: number, figures: StatisticFigures): void {
    this.#lastAt = nowMs;
    this.#fine.add(nowMs, figures);
    this.#coarse.add(nowMs, figures);
  }

  /** Whether all of its samples are too old to be shown. */
  isEmpty(nowMs: number): boolean {
    return nowMs - this.#lastAt > COARSE.everyMs * COARSE.places;
  }

  points(nowMs: number, windowMs: number): Sample[] {
    const samples = windowMs > FINE_MS ? this.#coarse : this.#fine;
    return samples.since(nowMs - windowMs);
  }
}

/** Samples of one resolution. */
class Samples {
  readonly #everyMs: number;
  readonly #places: number;
  readonly #ticks: Int32Array;
  readonly #counts: Uint8Array;
  readonly #values: ReadonlyMap<StatisticFigure, Float32Array | Float64Array>;

  constructor(
    figures: readonly StatisticFigure[],
    { everyMs, places }: { everyMs: number; places: number },
  ) {
    this.#everyMs = everyMs;
    this.#places = places;
    this.#ticks = new Int32Array(places);
    this.#counts = new Uint8Array(places);
    this.#values = new Map(figures.map((figure) => [figure, placesOf(figure, places)]));
  }

  /** Adds a sample to those of the same span. */
  add(nowMs: number, figures: StatisticFigures): void {
    const tick = Math.floor(nowMs / this.#everyMs);
    const place = tick % this.#places;
    const isNew = this.#ticks[place] !== tick;
    this.#ticks[place] = tick;
    const count = isNew ? 0 : (this.#counts[place] ?? 0);
    this.#counts[place] = Math.min(255, count + 1);
    for (const [figure, values] of this.#values) {
      const before = isNew ? NaN : (values[place] ?? NaN);
      values[place] = together(figure, before, figures[figure] ?? NaN, count);
    }
  }

  /** Samples from `fromMs` on, oldest first. */
  since(fromMs: number): Sample[] {
    const first = Math.ceil(fromMs / this.#everyMs);
    const places = Array.from(this.#ticks.keys()).filter((place) => {
      const tick = this.#ticks[place] ?? 0;
      return tick > 0 && tick >= first;
    });
    return places.map((place) => this.#sampleAt(place)).toSorted((a, b) => a.at - b.at);
  }

  #sampleAt(place: number): Sample {
    const known = [...this.#values].flatMap(([figure, values]) => {
      const value = values[place] ?? NaN;
      return Number.isNaN(value) ? [] : [[figure, value] as const];
    });
    return { at: (this.#ticks[place] ?? 0) * this.#everyMs, ...Object.fromEntries(known) };
  }
}

/** Gauges need all digits: times of the clock are among them. */
function placesOf(figure: StatisticFigure, places: number): Float32Array | Float64Array {
  return figure === 'value' ? new Float64Array(places) : new Float32Array(places);
}

/** A figure with one more sample; NaN: not measured. */
function together(figure: StatisticFigure, before: number, value: number, count: number): number {
  if (Number.isNaN(value)) return before;
  if (Number.isNaN(before)) return value;
  return PEAKS.has(figure) ? Math.max(before, value) : before + (value - before) / (count + 1);
}
