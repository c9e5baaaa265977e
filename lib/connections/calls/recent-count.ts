/** Buckets per span. */
const BUCKETS = 10;

/** Counts events in a sliding window, which advances by a tenth of its span. */
export class RecentCount {
  readonly #bucketMs: number;
  readonly #buckets = Array.from({ length: BUCKETS }, () => 0);
  #latest = -Infinity;
  #total = 0;

  constructor(spanMs: number) {
    this.#bucketMs = spanMs / BUCKETS;
  }

  add(now: number): void {
    this.#advance(now);
    const place = this.#latest % BUCKETS;
    this.#buckets[place] = (this.#buckets[place] ?? 0) + 1;
    this.#total++;
  }

  total(now: number): number {
    this.#advance(now);
    return this.#total;
  }

  #advance(now: number): void {
    const bucket = Math.floor(now / this.#bucketMs);
    if (bucket <= this.#latest) return;
    if (bucket - this.#latest >= BUCKETS) {
      this.#buckets.fill(0);
      this.#total = 0;
    } else {
      for (let past = this.#latest + 1; past <= bucket; past++) this.#forget(past % BUCKETS);
    }
    this.#latest = bucket;
  }

  #forget(place: number): void {
    this.#total -= this.#buckets[place] ?? 0;
    this.#buckets[place] = 0;
  }
}
