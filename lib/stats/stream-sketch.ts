import { Cardinality, type CardinalityData } from './cardinality.ts';
import { type HeavyHitter, HeavyHitters } from './heavy-hitters.ts';

/** State of a stream sketch, as plain data. */
export interface StreamSketchSnapshot {
  count: number;
  /** Estimated number of distinct items, within about 2 %. */
  cardinality: number;
  /** Most frequent items, highest count first. */
  top: HeavyHitter[];
  registers: CardinalityData;
}

/** Summarizes a stream of items: count, cardinality, most frequent items. */
export class StreamSketch {
  #cardinality = new Cardinality();
  #hitters = new HeavyHitters();
  #count = 0;

  add(item: string): void {
    this.#count++;
    this.#cardinality.add(item);
    this.#hitters.add(item);
  }

  /** Discards all items. */
  reset(): void {
    this.#cardinality = new Cardinality();
    this.#hitters = new HeavyHitters();
    this.#count = 0;
  }

  snapshot(): StreamSketchSnapshot {
    return {
      count: this.#count,
      cardinality: this.#cardinality.estimate(),
      top: this.#hitters.top(),
      registers: this.#cardinality.data(),
    };
  }
}
