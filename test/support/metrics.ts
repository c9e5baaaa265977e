/** A sample of a metrics page: its name with its labels. */
export type Samples = ReadonlyMap<string, number>;

const SAMPLE = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)$/gm;

/** All samples of a page in Prometheus' text format. */
export function samplesOf(page: string): Samples {
  return new Map(
    Array.from(page.matchAll(SAMPLE), ([, name = '', labels = '', value = '']) => {
      return [name + labels, Number(value)];
    }),
  );
}

/** The samples that may only grow: counters, and the parts of histograms and summaries. */
export function countsOf(page: string): Samples {
  const gauges = new Set(
    Array.from(page.matchAll(/^# TYPE (\S+) gauge$/gm), ([, name = '']) => name),
  );
  const all = [...samplesOf(page)];
  return new Map(all.filter(([sample]) => !gauges.has(sample.replace(/\{.*/, ''))));
}

/** The samples of `before` that are smaller or gone in `after`. */
export function fallenBetween(before: Samples, after: Samples): string[] {
  return Array.from(before).flatMap(([sample, value]) => {
    const now = after.get(sample);
    return now === undefined || now < value ? [`${sample} ${value} -> ${now}`] : [];
  });
}

/** What a page says of a metric: its type, and the names of its labels. */
export interface MetricShape {
  type: string;
  labels: string[];
}

/** The metrics of a page by their names. The label `le` belongs to the type. */
export function metricsOf(page: string): Map<string, MetricShape> {
  const types = page.matchAll(/^# TYPE (\S+) (\S+)$/gm);
  const shapes = Array.from(types, ([, name = '', type = '']): [string, MetricShape] => {
    const sample = new RegExp(`^${name}(?:_count)?(?:\\{(.*)\\})? `, 'm').exec(page);
    if (sample === null) throw new Error(`${name} has no sample that shows its labels`);
    const labels = (sample[1] ?? '').matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g);
    return [name, { type, labels: Array.from(labels, ([, label = '']) => label) }];
  });
  return new Map(shapes);
}
