/** An item that came often. Its true count lies between `count - error` and `count`. */
export interface HeavyHitter {
  item: string;
  count: number;
  error: number;
}

/** Items that are counted at once. Whatever makes up more than 1/64 of all is among them. */
const CAPACITY = 64;

/** Longest item that is kept, in characters. */
const MAX_ITEM_LENGTH = 256;

/**
 * The most frequent items of a stream in bounded memory: Space-Saving (Metwally, Agrawal,
 * El Abbadi, 2005). A newcomer takes the place of the rarest item, and its count as its error.
 */
export class HeavyHitters {
  readonly #counters = new Map<string, { count: number; error: number }>();

  add(item: string, count = 1): void {
    const key = item.length > MAX_ITEM_LENGTH ? item.slice(0, MAX_ITEM_LENGTH) : item;
    const counter = this.#counters.get(key);
    if (counter !== undefined) {
      counter.count += count;
      return;
    }
    const error = this.#counters.size < CAPACITY ? 0 : this.#dropRarest();
    this.#counters.set(key, { count: count + error, error });
  }

  /** The most frequent first. */
  top(): HeavyHitter[] {
    return [...this.#counters]
      .map(([item, { count, error }]) => ({ item, count, error }))
      .toSorted((a, b) => b.count - a.count);
  }

  #dropRarest(): number {
    let rarest: string | undefined;
    let least = Infinity;
    for (const [item, { count }] of this.#counters) {
      if (count >= least) continue;
      least = count;
      rarest = item;
    }
    if (rarest !== undefined) this.#counters.delete(rarest);
    return least;
  }
}

/** Of several streams together: counts and errors add up. */
export function mergeHeavyHitters(all: readonly (readonly HeavyHitter[])[]): HeavyHitter[] {
  const merged = new Map<string, HeavyHitter>();
  // Where a full stream does not tell an item, it may hide as many of it as its rarest has.
  const hidden = all.map((list) => (list.length < CAPACITY ? 0 : (list.at(-1)?.count ?? 0)));
  const unknown = hidden.reduce((sum, count) => sum + count, 0);
  for (const [index, list] of all.entries()) {
    for (const { item, count, error } of list) {
      const known = merged.get(item) ?? { item, count: unknown, error: unknown };
      const own = hidden[index] ?? 0;
      known.count += count - own;
      known.error += error - own;
      merged.set(item, known);
    }
  }
  return [...merged.values()].toSorted((a, b) => b.count - a.count).slice(0, CAPACITY);
}
