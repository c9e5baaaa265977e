import { BUCKETS } from '../../insight/latency-buckets.ts';
import { Latency } from '../model/latency.ts';
import { SECONDS } from './track.ts';

/** Latencies of all workers by the second, as counts of buckets. */
export class LatencyRing {
  readonly #counts = new Uint16Array(SECONDS * BUCKETS);
  readonly #seconds = new Int32Array(SECONDS);

  /** @param pairs of bucket and count */
  add(second: number, pairs: readonly number[]): void {
    const place = second % SECONDS;
    const from = place * BUCKETS;
    if (this.#seconds[place] !== second) this.#counts.fill(0, from, from + BUCKETS);
    this.#seconds[place] = second;
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      const to = from + (pairs[at] ?? 0);
      this.#counts[to] = Math.min(0xffff, (this.#counts[to] ?? 0) + (pairs[at + 1] ?? 0));
    }
  }

  /** Latencies of `count` seconds from `second` on. */
  over(second: number, count: number): Latency {
    const latency = new Latency();
    for (let at = second; at < second + count; at++) {
      const place = at % SECONDS;
      if (this.#seconds[place] !== at) continue;
      latency.addCounts(this.#counts.subarray(place * BUCKETS, (place + 1) * BUCKETS));
    }
    return latency;
  }
}
