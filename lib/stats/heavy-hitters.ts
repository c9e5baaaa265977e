/** Frequent item. Its true count lies between `count - error` and `count`. */
export interface HeavyHitter {
  item: string;
  count: number;
  error: number;
}

/** Number of counters. Every item that makes up more than 1/64 of the stream has one. */
const CAPACITY = 64;

/** Maximum length of an item, in characters; longer ones are truncated. */
const MAX_ITEM_LENGTH = 256;

/**
 * Most frequent items of a stream in bounded memory: Space-Saving (Metwally, Agrawal, El Abbadi,
 * 2005). A new item replaces the rarest one and takes over its count as error.
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

  /** Count of an item at least. */
  countOf(item: string): number {
    const { count = 0, error = 0 } = this.#counters.get(item.slice(0, MAX_ITEM_LENGTH)) ?? {};
    return count - error;
  }

  /** Highest count first. */
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

/** Merges several streams: counts and errors add up. */
export function mergeHeavyHitters(all: readonly (readonly HeavyHitter[])[]): HeavyHitter[] {
  const merged = new Map<string, HeavyHitter>();
  // A full stream may hide as many of an unlisted item as its rarest listed one has.
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
