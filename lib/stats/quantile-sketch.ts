/** Sketch as plain data, for merging and serialization. */
export interface SketchData {
  /** Number of values too close to zero for a logarithmic bin. */
  zeros: number;
  positive: BinsData;
  negative: BinsData;
}

/** Counts of consecutive bins, from bin `first` on. */
export interface BinsData {
  first: number;
  counts: number[];
}

/** Maximum relative error of a quantile. */
export const RELATIVE_ACCURACY = 0.01;

const GAMMA = (1 + RELATIVE_ACCURACY) / (1 - RELATIVE_ACCURACY);
const BINS_PER_E = 1 / Math.log(GAMMA);

/** Values up to this distance from zero count as zero. */
const SMALLEST = 1e-9;

/** Maximum number of bins: a range of e^41. Beyond it the lowest bins are merged. */
const MAX_BINS = 2_048;

const GROW_BY = 64;

/** Contiguous counters, one per power of gamma, that grow at both ends. */
class Bins {
  #first = 0;
  #counts = new Float64Array(0);

  add(bin: number, count: number): void {
    const at = bin - this.#first;
    if (at >= 0 && at < this.#counts.length) this.#counts[at] = (this.#counts[at] ?? 0) + count;
    else this.#addOutside(bin, count);
  }

  /** Adds the counts of consecutive bins. */
  addRun({ first, counts }: BinsData): void {
    const { length } = counts;
    if (length === 0) return;
    this.add(first, 0);
    this.add(first + length - 1, 0);
    // The lowest bins may have been merged.
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
 * Estimates quantiles in bounded memory with a relative error of at most 1 %, and merges without
 * further error: DDSketch (Masson, Rim, Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch
 * with Relative-Error Guarantees", VLDB 2019). A bin holds the values between two powers of gamma;
 * the lowest bins are merged when there are too many.
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

/** Value below which the share `q` of all values lies; undefined without values. */
export function quantileOf(data: SketchData, q: number): number | undefined {
  const rank = q * (countOf(data) - 1);
  let seen = 0;
  for (const [value, count] of ascending(data)) {
    seen += count;
    if (seen > rank) return value;
  }
  return undefined;
}

/** Number of values up to `bound`: exact except for the bin that contains the bound. */
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

/** Value with the same relative distance from both ends of its bin. */
function valueOf(bin: number): number {
  return (2 * GAMMA ** bin) / (GAMMA + 1);
}
