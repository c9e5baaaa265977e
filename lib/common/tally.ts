/** Counts events by small sets of labels, for metrics. */
export class Tally<L extends Readonly<Record<string, string>>> {
  readonly #counts = new Map<string, [labels: L, count: number]>();

  add(labels: L): void {
    const key = JSON.stringify(labels);
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, [labels, 1]);
    else known[1]++;
  }

  [Symbol.iterator](): IterableIterator<[labels: L, count: number]> {
    return this.#counts.values();
  }
}
