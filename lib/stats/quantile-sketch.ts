/** A sketch as plain data, to be merged or written down. */
export interface SketchData {
  /** Values so close to zero that they have no logarithm here. */
  zeros: number;
  positive: BinsData;
  negative: BinsData;
}

/** Counts of the bins from `first` on. */
export interface BinsData {
  first: number;
  counts: number[];
}

/** Relative error of every quantile. */
export const RELATIVE_ACCURACY = 0.01;

const GAMMA = (1 + RELATIVE_ACCURACY) / (1 - RELATIVE_ACCURACY);
const BINS_PER_E = 1 / Math.log(GAMMA);

/** Values below it count as zero. */
const SMALLEST = 1e-9;

/** Bins that are kept: they span a factor of e^41. Below them the lowest ones fall together. */
const MAX_BINS = 2_048;

const GROW_BY = 64;

/** Counters whose numbers stand for powers of gamma: a run of them, which grows at both ends. */
class Bins {
  #first = 0;
  #counts = new Float64Array(0);

  add(bin: number, count: number): void {
    const at = bin - this.#first;
    if (at >= 0 && at < this.#counts.length) this.#counts[at] = (this.#counts[at] ?? 0) + count;
    else this.#addOutside(bin, count);
  }

  /** Counts of bins one after another. */
  addRun({ first, counts }: BinsData): void {
    const { length } = counts;
    if (length === 0) return;
    this.add(first, 0);
    this.add(first + length - 1, 0);
    // The lowest ones may have fallen together.
    for (let at = 0; at < length; at++) {
      const to = Math.max(0, first + at - this.#first);
      this.#counts[to] = (this.#counts[to] ?? 0) + (counts[at] ?? 0);
    }
  }

  data(): BinsData {
    const counts = this.#counts;
    let from = 0;
    let to = counts.length;
    while (from < to && counts[from] === 0) from++;
    while (to > from && counts[to - 1] === 0) to--;
    return { first: this.#first + from, counts: [...counts.subarray(from, to)] };
  }

  #addOutside(bin: number, count: number): void {
    const { length } = this.#counts;
    const low = length === 0 ? bin : Math.min(bin, this.#first);
    const high = length === 0 ? bin : Math.max(bin, this.#first + length - 1);
    const end = high + GROW_BY;
    const first = Math.max(low - GROW_BY, end - MAX_BINS + 1);
    const grown = new Float64Array(end - first + 1);
    for (let at = 0; at < length; at++) {
      const to = Math.max(0, this.#first + at - first);
      grown[to] = (grown[to] ?? 0) + (this.#counts[at] ?? 0);
    }
    this.#first = first;
    this.#counts = grown;
    const at = Math.max(0, bin - first);
    grown[at] = (grown[at] ?? 0) + count;
  }
}

/**
 * Quantiles of any number of values in bounded memory, each off by at most 1 % of itself, and
 * mergeable without a further error: DDSketch (Masson, Rim, Lee, "DDSketch: A Fast and
 * Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", VLDB 2019). A bin holds the
 * values between two powers of gamma; the lowest bins fall together when there are too many.
 */
export class QuantileSketch {
  readonly #positive = new Bins();
  readonly #negative = new Bins();
  #zeros = 0;

  add(value: number): void {
    if (value > SMALLEST) this.#positive.add(Math.ceil(Math.log(value) * BINS_PER_E), 1);
    else if (value < -SMALLEST) this.#negative.add(Math.ceil(Math.log(-value) * BINS_PER_E), 1);
    else this.#zeros++;
  }

  merge({ zeros, positive, negative }: SketchData): void {
    this.#zeros += zeros;
    this.#positive.addRun(positive);
    this.#negative.addRun(negative);
  }

  data(): SketchData {
    return {
      zeros: this.#zeros,
      positive: this.#positive.data(),
      negative: this.#negative.data(),
    };
  }
}

/** The value below which the share `q` of all lies; undefined without values. */
export function quantileOf(data: SketchData, q: number): number | undefined {
  const rank = q * (countOf(data) - 1);
  let seen = 0;
  for (const [value, count] of ascending(data)) {
    seen += count;
    if (seen > rank) return value;
  }
  return undefined;
}

/** How many values are at most `bound`: exact but for the bin in which the bound lies. */
export function countAtMost(data: SketchData, bound: number): number {
  let count = 0;
  for (const [value, inBin] of ascending(data)) {
    if (value > bound) return count;
    count += inBin;
  }
  return count;
}

export function countOf({ zeros, positive, negative }: SketchData): number {
  let count = zeros;
  for (const inBin of positive.counts) count += inBin;
  for (const inBin of negative.counts) count += inBin;
  return count;
}

function* ascending({ zeros, positive, negative }: SketchData): Generator<[number, number]> {
  for (let at = negative.counts.length - 1; at >= 0; at--) {
    yield [-valueOf(negative.first + at), negative.counts[at] ?? 0];
  }
  yield [0, zeros];
  for (let at = 0; at < positive.counts.length; at++) {
    yield [valueOf(positive.first + at), positive.counts[at] ?? 0];
  }
}

/** The value that is off by the same share from both ends of a bin. */
function valueOf(bin: number): number {
  return (2 * GAMMA ** bin) / (GAMMA + 1);
}
