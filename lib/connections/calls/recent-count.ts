/** Buckets per span. */
const BUCKETS = 10;

/** Counts events in a sliding window, which advances by a tenth of its span. */
export class RecentCount {
  readonly #bucketMs: number;
  readonly #buckets = Array.from({ length: BUCKETS }, () => 0);
  /** Number of the latest bucket, and its place. */
  #latest = -Infinity;
  #place = 0;
  /** End of the latest bucket: nearly every call is over after this one comparison. */
  #endsAt = -Infinity;
  #total = 0;

  constructor(spanMs: number) {
    this.#bucketMs = spanMs / BUCKETS;
  }

  add(now: number): void {
    this.#advance(now);
    this.#buckets[this.#place] = (this.#buckets[this.#place] ?? 0) + 1;
    this.#total++;
  }

  total(now: number): number {
    this.#advance(now);
    return this.#total;
  }

  #advance(now: number): void {
    if (now < this.#endsAt) return;
    const bucket = Math.floor(now / this.#bucketMs);
    if (bucket <= this.#latest) return;
    if (bucket - this.#latest >= BUCKETS) {
      this.#buckets.fill(0);
      this.#total = 0;
    } else {
      for (let past = this.#latest + 1; past <= bucket; past++) this.#forget(past % BUCKETS);
    }
    this.#latest = bucket;
    this.#place = bucket % BUCKETS;
    this.#endsAt = (bucket + 1) * this.#bucketMs;
  }

  #forget(place: number): void {
    this.#total -= this.#buckets[place] ?? 0;
    this.#buckets[place] = 0;
  }
}
