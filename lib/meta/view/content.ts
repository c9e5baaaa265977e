import type { WorkerAnswer } from '../envelope.ts';
import type { MetaChart, MetaFacts, MetaTable, PlainContent } from '../own/meta-content.ts';
import { chart } from './chart.ts';
import { dataView } from './data.ts';
import { Html, html, type HtmlValue } from './html.ts';
import { section } from './parts.ts';

/** Renders the content of an own page. */
export function contentView(content: PlainContent, id: string): HtmlValue {
  switch (content.kind) {
    case 'html':
      return new Html(content.markup);
    case 'list':
      return content.parts.map((part, at) => contentView(part, `${id}-${at}`));
    case 'table':
      return titled(content.title, dataView(content.rows, id));
    case 'facts':
      return titled(content.title, dataView(content.values, id));
    case 'chart':
      return html`<div class="charts">
        ${chart({ ...content, id: `chart-${id}`, unit: content.unit ?? '' })}
      </div>`;
  }
}

function titled(title: string | undefined, content: HtmlValue): HtmlValue {
  return title === undefined ? content : section(title, content);
}

/** Merges the content of several workers; lists parts that can't be merged one after another. */
export function mergeContent(answers: readonly WorkerAnswer<PlainContent>[]): PlainContent {
  const [first] = answers;
  if (first === undefined) return { kind: 'list', parts: [] };
  const { value } = first;
  const isAlike = answers.every((one) => one.value.kind === value.kind);
  if (!isAlike) return { kind: 'list', parts: answers.map((one) => one.value) };
  switch (value.kind) {
    case 'table':
      return { ...value, rows: rowsOf(answers as WorkerAnswer<MetaTable>[]) };
    case 'facts':
      return { ...value, values: sumsOf(answers as WorkerAnswer<MetaFacts>[]) };
    case 'chart':
      return chartOf(value, answers as WorkerAnswer<MetaChart>[]);
    case 'list':
      return listOf(
        value.parts.length,
        answers as WorkerAnswer<{ kind: 'list'; parts: PlainContent[] }>[],
      );
    case 'html':
      return { kind: 'list', parts: answers.map((one) => one.value) };
  }
}

function rowsOf(answers: readonly WorkerAnswer<MetaTable>[]): MetaTable['rows'] {
  return answers.flatMap(({ worker, value }) =>
    value.rows.map((row) => Object.assign({ worker }, row)),
  );
}

/** Adds up numbers; of other values, takes the first. */
function sumsOf(answers: readonly WorkerAnswer<MetaFacts>[]): MetaFacts['values'] {
  const merged: Record<string, unknown> = {};
  for (const { value } of answers) {
    for (const [name, one] of Object.entries(value.values)) {
      const known = merged[name];
      merged[name] =
        typeof known === 'number' && typeof one === 'number' ? known + one : (known ?? one);
    }
  }
  return merged;
}

/** Merges the times of all workers; each line has values only at its own. */
function chartOf(first: MetaChart, answers: readonly WorkerAnswer<MetaChart>[]): MetaChart {
  const times = [...new Set(answers.flatMap(({ value }) => value.times))].toSorted((a, b) => a - b);
  const series = answers.flatMap(({ worker, value }) =>
    value.series.map(({ label, values }) => {
      const byTime = new Map(value.times.map((at, index) => [at, values[index] ?? null]));
      return { label: `${label} (${worker})`, values: times.map((at) => byTime.get(at) ?? null) };
    }),
  );
  return { ...first, times, series };
}

function listOf(
  length: number,
  answers: readonly WorkerAnswer<{ kind: 'list'; parts: PlainContent[] }>[],
): PlainContent {
  const parts = Array.from({ length }, (_, at) =>
    mergeContent(
      answers.flatMap(({ worker, value }) => {
        const part = value.parts[at];
        return part === undefined ? [] : [{ worker, value: part }];
      }),
    ),
  );
  return { kind: 'list', parts };
}
