import { Cardinality, type CardinalityData } from './cardinality.ts';
import { type HeavyHitter, HeavyHitters } from './heavy-hitters.ts';

export interface StreamSketchSnapshot {
  count: number;
  /** How many different items there were, within some 2 %. */
  cardinality: number;
  /** The most frequent items, the most frequent first. */
  top: HeavyHitter[];
  registers: CardinalityData;
}

/** Of a stream of items: how many, how many different ones, and which are frequent. */
export class StreamSketch {
  #cardinality = new Cardinality();
  #hitters = new HeavyHitters();
  #count = 0;

  add(item: string): void {
    this.#count++;
    this.#cardinality.add(item);
    this.#hitters.add(item);
  }

  /** Forgets everything. */
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
