/** Counts events by small sets of labels, for metrics. */
export class Tally<L extends Readonly<Record<string, string>>> {
  readonly #counts = new Map<string, [labels: L, count: number]>();

  /** @param expected labels that are counted from 0, so that a first event shows as an increase */
  constructor(expected: Iterable<L> = []) {
    this.expect(expected);
  }

  /** Counts labels from 0, unless they are counted already. */
  expect(expected: Iterable<L>): void {
    for (const labels of expected) {
      const key = keyOf(labels);
      if (!this.#counts.has(key)) this.#counts.set(key, [labels, 0]);
    }
  }

  add(labels: L): void {
    const key = keyOf(labels);
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, [labels, 1]);
    else known[1]++;
  }

  [Symbol.iterator](): IterableIterator<[labels: L, count: number]> {
    return this.#counts.values();
  }
}

function keyOf(labels: object): string {
  return JSON.stringify(labels);
}
