import { METRICS } from './metrics.ts';

type Metrics = typeof METRICS;

/** Name of a metric that exists. */
export type MetricName = keyof Metrics;

/** Names of the metrics of a type. */
type NameOf<T extends Metrics[MetricName]['type']> = {
  [N in MetricName]: Metrics[N]['type'] extends T ? N : never;
}[MetricName];

type LabelOf<N extends MetricName> = Metrics[N]['labels'][number];

/** Labels that Prometheus gives to each series of a target. */
export type TargetLabel = 'job' | 'instance';

type SeriesOf<N extends MetricName> = Vector<LabelOf<N> | TargetLabel>;

/** Values of labels: `value`, or one after `!=`, `=~` or `!~`. */
export type Where<N extends MetricName> = { readonly [L in LabelOf<N>]?: string };

/** Matchers of every query, each used where a metric has its label. */
export type Scope = { readonly [L in TargetLabel | 'slot']?: string };

/**
 * An expression whose result has the labels `L`. Only `Queries` makes one of nothing, from metrics
 * that exist: neither a name nor a label can be wrong and compile.
 */
export class Vector<L extends string> {
  /** Only for the compiler: vectors of different labels are different types. */
  declare readonly labels: (label: L) => L;
  readonly text: string;

  /** @internal */
  constructor(text: string) {
    this.text = text;
  }
}

/** Queries over one window of time and within one scope. */
export class Queries {
  readonly #window: string;
  readonly #scope: Scope;

  constructor(window: string, scope: Scope = {}) {
    this.#window = window;
    this.#scope = scope;
  }

  gauge<N extends NameOf<'gauge'>>(name: N, where: Where<N> = {}): SeriesOf<N> {
    return new Vector(this.#select(name, name, where));
  }

  /** Events per second. */
  rate<N extends NameOf<'counter'>>(name: N, where: Where<N> = {}): SeriesOf<N> {
    return new Vector(`rate(${this.#select(name, name, where)}[${this.#window}])`);
  }

  /** Events within the window. */
  increase<N extends NameOf<'counter'>>(name: N, where: Where<N> = {}): SeriesOf<N> {
    return new Vector(`increase(${this.#select(name, name, where)}[${this.#window}])`);
  }

  /** Observations of a histogram per second. */
  observations<N extends NameOf<'histogram'>>(name: N, where: Where<N> = {}): SeriesOf<N> {
    return new Vector(`rate(${this.#select(name, `${name}_count`, where)}[${this.#window}])`);
  }

  /** Growth per second of the sum of a histogram: for durations, the share of time. */
  spent<N extends NameOf<'histogram'>>(name: N, where: Where<N> = {}): SeriesOf<N> {
    return new Vector(`rate(${this.#select(name, `${name}_sum`, where)}[${this.#window}])`);
  }

  /** Observations per second of each bucket. */
  buckets<N extends NameOf<'histogram'>>(
    name: N,
    where: Where<N> = {},
  ): Vector<LabelOf<N> | TargetLabel | 'le'> {
    return new Vector(`rate(${this.#select(name, `${name}_bucket`, where)}[${this.#window}])`);
  }

  /** A quantile of a histogram for each set of `by`. */
  quantile<N extends NameOf<'histogram'>, B extends LabelOf<N> | TargetLabel>(
    q: number,
    name: N,
    { by, where = {} }: { by: readonly B[]; where?: Where<N> },
  ): Vector<B> {
    const buckets = this.buckets(name, where);
    return new Vector(
      `histogram_quantile(${q}, sum by (${['le', ...by].join(', ')}) (${buckets.text}))`,
    );
  }

  /** Value of a gauge after a number of seconds, if it changes as within the window. */
  predicted<N extends NameOf<'gauge'>>(
    name: N,
    seconds: number,
    where: Where<N> = {},
  ): SeriesOf<N> {
    const series = this.#select(name, name, where);
    return new Vector(`predict_linear(${series}[${this.#window}], ${seconds})`);
  }

  /** The largest value of a gauge within the window, even if its target has gone. */
  highest<N extends NameOf<'gauge'>>(name: N, where: Where<N> = {}): SeriesOf<N> {
    return new Vector(`max_over_time(${this.#select(name, name, where)}[${this.#window}])`);
  }

  /** Whether Prometheus could scrape a target: the only metric that is Prometheus' own. */
  up(): Vector<TargetLabel> {
    return new Vector('up');
  }

  #select(name: MetricName, series: string, where: object): string {
    const labels = new Set<string>(['job', 'instance', ...METRICS[name].labels]);
    const scope = Object.entries(this.#scope).filter(([label]) => labels.has(label));
    const all = { ...Object.fromEntries(scope), ...where };
    const matchers = Object.entries(all).map(([label, value]) => matcher(label, value));
    return matchers.length === 0 ? series : `${series}{${matchers.join(', ')}}`;
  }
}

function matcher(label: string, value: string): string {
  const [, operator = '=', operand = ''] = /^(!=|=~|!~)?(.*)$/.exec(value) ?? [];
  return `${label}${operator}"${operand}"`;
}
