import { Html, html, type HtmlValue } from './html.ts';
import type { Fact } from './parts.ts';
import { shown, textOf } from './table.ts';

/** Facts of one worker. */
export interface WorkerFacts {
  worker: number;
  facts: readonly Fact[];
}

/** Fact that workers rightly differ in: an id, a measurement. */
export interface ColumnFact extends Fact {
  varies?: boolean;
}

export interface WorkerColumnsOptions {
  id: string;
  /** For screen readers. */
  caption: string;
}

const NOTHING = html`<p class="empty">No worker has reported this.</p>`;

/**
 * Facts as rows, workers as columns. Marks facts that should be equal in all workers and are not, and
 * in them the workers that differ from most.
 */
export function workerColumns(
  workers: readonly (WorkerFacts & { facts: readonly ColumnFact[] })[],
  { id, caption }: WorkerColumnsOptions,
): Html {
  if (workers.length === 0) return NOTHING;
  const labels = [...new Set(workers.flatMap(({ facts }) => facts.map(({ label }) => label)))];
  const rows = labels.map((label) => {
    return rowOf(workers.map(({ facts }) => facts.find((fact) => fact.label === label)));
  });
  const differing = rows.filter(({ differs }) => differs).length;
  return html`${summaryOf(workers.length, differing)}
    <div class="scroll" tabindex="0" role="region" aria-label="${caption}">
      <table id="${id}" class="columns">
        <caption>
          ${caption}
        </caption>
        <thead>
          <tr>
            <td></td>
            ${workers.map(({ worker }) => html`<th scope="col">Worker ${worker}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(({ markup }) => markup)}
        </tbody>
      </table>
    </div>`;
}

function summaryOf(workers: number, differing: number): HtmlValue {
  if (workers < 2) return '';
  if (differing === 0) return html`<p class="hint">Alike in all ${workers} workers.</p>`;
  return html`<p class="fair">Marked with ≠: rows that differ between workers (${differing}).</p>`;
}

function rowOf(facts: readonly (ColumnFact | undefined)[]): { differs: boolean; markup: Html } {
  const known = facts.find((fact) => fact !== undefined);
  const texts = facts.map((fact) => (fact === undefined ? '' : comparable(fact.value)));
  const usual = mostFrequent(texts);
  const differs = known?.varies !== true && texts.some((text) => text !== texts[0]);
  const title = known?.help === undefined ? '' : html` title="${known.help}"`;
  const cells = facts.map((fact, at) => {
    const isOdd = differs && texts[at] !== usual;
    return html`<td class="${isOdd ? 'odd' : ''}">${contentOf(fact)}</td>`;
  });
  const label = html`<th scope="row" ${title}>${differs ? '≠ ' : ''}${known?.label ?? ''}</th>`;
  return {
    differs,
    markup: html`<tr class="${differs ? 'differs' : ''}">
      ${label}${cells}
    </tr>`,
  };
}

function contentOf(fact: ColumnFact | undefined): HtmlValue {
  if (fact === undefined) return '–';
  return fact.value instanceof Html ? fact.value : shown(fact.value, fact.kind);
}

function comparable(value: unknown): string {
  return value instanceof Html ? value.markup : textOf(value);
}

/** Value of more than half; undefined: there is none, and all are odd. */
function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = Map.groupBy(texts, (text) => text);
  return [...counts].find(([, same]) => same.length * 2 > texts.length)?.[0];
}

/** Marks facts in which workers rightly differ. */
export function varying(facts: readonly Fact[]): ColumnFact[] {
  return facts.map((fact) => Object.assign(fact, { varies: true }));
}
