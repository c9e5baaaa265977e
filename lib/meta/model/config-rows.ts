import type { ConfigEntry } from '../../common/options/config-values.ts';
import type { WorkerAnswer } from '../envelope.ts';

/** An option over all workers. */
export interface ConfigRow {
  name: string;
  value: unknown;
  source: string;
  /** Each worker's own value, where they differ; empty: all have the same one. */
  differing: WorkerAnswer<ConfigEntry | null>[];
}

/** Options of one feature. */
export interface ConfigSection {
  feature: string;
  rows: ConfigRow[];
}

/** Options by feature, each with the value of all workers, or with those that differ. */
export function configSections(answers: readonly WorkerAnswer<ConfigEntry[]>[]): ConfigSection[] {
  const names = [...new Set(answers.flatMap(({ value }) => value.map(({ name }) => name)))];
  const rows = names.map((name) => rowOf(name, answers));
  const byFeature = Map.groupBy(rows, ({ name }) => name.split('.', 1)[0] ?? name);
  return Array.from(byFeature, ([feature, own]) => ({ feature, rows: own }));
}

function rowOf(name: string, answers: readonly WorkerAnswer<ConfigEntry[]>[]): ConfigRow {
  const own = answers.map(({ worker, value }) => {
    return { worker, value: value.find((entry) => entry.name === name) ?? null };
  });
  const texts = new Set(own.map(({ value }) => JSON.stringify([value?.value, value?.source])));
  const first = own.find(({ value }) => value !== null)?.value;
  return {
    name,
    value: first?.value ?? null,
    source: first?.source ?? '',
    differing: texts.size > 1 ? own : [],
  };
}
