/** Distinguishes the series of one statistic: `{ route: '/receipts', status: '2xx' }`. */
export type Labels = Readonly<Record<string, string>>;

export interface Series<S> {
  labels: Labels;
  statistic: S;
}

export interface FamilyOptions<S> {
  name: string;
  create: () => S;
  /** Maximum number of label sets with a series of their own. */
  maxSeries: number;
  /** Called once, when labels are folded into `other` for the first time. */
  onFold: (name: string) => void;
}

const OTHER = 'other';

/** Series of one name. Beyond `maxSeries`, new label sets share one series named `other`. */
export class Family<S> {
  readonly #options: FamilyOptions<S>;
  readonly #series = new Map<string, Series<S>>();
  #hasFolded = false;

  constructor(options: FamilyOptions<S>) {
    this.#options = options;
  }

  get series(): Iterable<Series<S>> {
    return this.#series.values();
  }

  /** Series with these labels, if it exists. */
  find(labels: Labels): S | undefined {
    return this.#series.get(keyOf(labels))?.statistic;
  }

  /** Series with these labels, created on first use. */
  with(labels: Labels): S {
    const key = keyOf(labels);
    const known = this.#series.get(key);
    if (known !== undefined) return known.statistic;
    if (this.#series.size < this.#options.maxSeries) return this.#create(key, labels);
    if (!this.#hasFolded) this.#options.onFold(this.#options.name);
    this.#hasFolded = true;
    const folded = Object.fromEntries(Object.keys(labels).map((name) => [name, OTHER]));
    const foldedKey = keyOf(folded);
    return this.#series.get(foldedKey)?.statistic ?? this.#create(foldedKey, folded);
  }

  /** Removes the series with these labels: what it measured is gone. */
  delete(labels: Labels): void {
    this.#series.delete(keyOf(labels));
  }

  #create(key: string, labels: Labels): S {
    const statistic = this.#options.create();
    this.#series.set(key, { labels: { ...labels }, statistic });
    return statistic;
  }
}

/** Key of a label set, independent of the order of labels. */
export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
