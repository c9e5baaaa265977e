import { Html, html, type HtmlValue } from './html.ts';
import { type ColumnKind, shown } from './table.ts';

/** Labelled value, with its format. */
export interface Fact {
  label: string;
  value: unknown;
  kind?: ColumnKind;
  help?: string;
}

type FactShown<R> = ((report: R) => Fact | readonly Fact[]) | 'elsewhere';

/** Facts by the field that each shows, as `ColumnsOf` for tables. */
export type FactsOf<R> = { readonly [K in keyof R]-?: FactShown<R> };

/** Facts of a report, in the order of the fields. */
export function factsOf<R>(fields: FactsOf<R>, report: R): Fact[] {
  const ways: FactShown<R>[] = Object.values(fields);
  return ways.flatMap((fact) => (fact === 'elsewhere' ? [] : fact(report)));
}

/** Names and values. */
export function facts(list: readonly Fact[]): Html {
  return html`<dl class="facts">${list.map(factOf)}</dl>`;
}

function factOf({ label, value, kind, help }: Fact): Html {
  const title = help === undefined ? '' : html` title="${help}"`;
  const content = value instanceof Html ? value : shown(value, kind);
  return html`<div${title}><dt>${label}</dt><dd>${content}</dd></div>`;
}

/** Key figure. */
export interface Tile {
  label: string;
  value: HtmlValue;
  note?: HtmlValue;
  tone?: 'good' | 'fair' | 'poor' | 'plain';
  href?: string;
  /** Trend of the value. */
  trend?: Html;
}

export function tiles(list: readonly Tile[]): Html {
  return html`<ul class="tiles">
    ${list.map(tileOf)}
  </ul>`;
}

function tileOf({ label, value, note, tone = 'plain', href, trend }: Tile): Html {
  const name = href === undefined ? html`${label}` : html`<a href="${href}">${label}</a>`;
  return html`<li class="tile ${tone}">
    <span class="tile-label">${name}</span><span class="tile-value">${value}</span
    ><span class="tile-note">${note ?? ''}</span>${trend ?? ''}
  </li>`;
}

/** Section with a heading. */
export function section(title: string, ...content: readonly HtmlValue[]): Html {
  return html`<section>
    <h2>${title}</h2>
    ${content}
  </section>`;
}

/** Fractions from which a bar is a warning, and bad. */
export interface MeterLevels {
  fair: number;
  poor: number;
}

/** Levels of what may be used up. */
const USAGE: MeterLevels = { fair: 0.7, poor: 0.9 };

/** A fraction as a bar. */
export function meter(
  fraction: number | null,
  label: string,
  { fair, poor }: MeterLevels = USAGE,
): Html {
  const value = Math.min(1, Math.max(0, fraction ?? 0));
  return html`<meter
    min="0"
    max="1"
    low="${fair}"
    high="${poor}"
    optimum="0"
    value="${value.toFixed(3)}"
    aria-label="${label}"
  >
    ${label}
  </meter>`;
}

const UNREADABLE = 'This report cannot be shown: another version of this package made it.';

/** Link to the page of a request, which has its logs where its record is gone. */
export function requestLink(id: unknown): Html | string {
  if (typeof id !== 'string') return '–';
  return html`<a class="id" href="/requests/${encodeURIComponent(id)}" title="${id}"
    ><code>${id}</code></a
  >`;
}

/**
 * One section per worker; a single worker gets no heading. A report that can't be shown, such as
 * one of another version of this package, costs its own section alone.
 */
export function perWorker<T>(
  answers: readonly { worker: number; value: T }[],
  show: (value: T, worker: number) => HtmlValue,
): HtmlValue {
  if (answers.length === 0) return html`<p class="empty">No worker has reported this.</p>`;
  const [only] = answers;
  if (answers.length === 1 && only !== undefined) return sectionOf(only, show);
  return answers.map(
    ({ worker, value }) =>
      html`<article class="worker">
        <h2>Worker ${worker}</h2>
        ${sectionOf({ worker, value }, show)}
      </article>`,
  );
}

function sectionOf<T>(
  { worker, value }: { worker: number; value: T },
  show: (value: T, worker: number) => HtmlValue,
): HtmlValue {
  try {
    return show(value, worker);
  } catch {
    return html`<p class="empty">${UNREADABLE}</p>`;
  }
}
