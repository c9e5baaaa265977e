import { bytes, duration, percent } from './format.ts';
import { Html, html, type HtmlValue } from './html.ts';
import { facts } from './parts.ts';
import { type Column, type ColumnKind, shown, table, textOf } from './table.ts';

const MAX_DEPTH = 5;
const MAX_ROWS = 500;

/**
 * Renders plain data: objects as names and values, lists of objects as tables. Derives units from
 * names: `rssBytes`, `waitMs`.
 */
export function dataView(value: unknown, id: string, depth = 0): HtmlValue {
  if (Array.isArray(value)) return listView(value, id, depth);
  if (typeof value !== 'object' || value === null) return shownByName('', value);
  if (depth > MAX_DEPTH) return textOf(value);
  const entries = Object.entries(value);
  const flat = entries.filter(([, one]) => !isNested(one));
  const nested = entries.filter(([, one]) => isNested(one));
  const own = facts(
    flat.map(([name, one]) => ({
      label: wordsOf(name),
      value: new Html(markupOf(shownByName(name, one))),
    })),
  );
  return [
    flat.length === 0 ? '' : own,
    ...nested.map(
      ([name, one]) =>
        html`<div class="nested">
          <h3>${wordsOf(name)}</h3>
          ${dataView(one, `${id}-${slug(name)}`, depth + 1)}
        </div>`,
    ),
  ];
}

function listView(list: readonly unknown[], id: string, depth: number): HtmlValue {
  if (list.length === 0) return html`<p class="empty">None.</p>`;
  const rows = list.filter((one): one is Record<string, unknown> => isRecord(one));
  if (rows.length < list.length)
    return html`<p>${list.slice(0, MAX_ROWS).map(textOf).join(', ')}</p>`;
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const simple = names.filter((name) => rows.every((row) => !hasRows(row[name])));
  const columns = simple.map((name): Column<Record<string, unknown>> => {
    const kind = kindOf(name);
    return {
      label: wordsOf(name),
      ...(kind === undefined ? {} : { kind }),
      of: (row) => row[name],
    };
  });
  const main = table(columns, rows.slice(0, MAX_ROWS), { id, caption: id, empty: '' });
  return [
    main,
    ...innerTables(
      rows,
      names.filter((name) => !simple.includes(name)),
      id,
      depth,
    ),
  ];
}

/** Lists inside rows, rendered after the table, each under the name of its row. */
function innerTables(
  rows: readonly Record<string, unknown>[],
  names: readonly string[],
  id: string,
  depth: number,
): Html[] {
  if (depth > MAX_DEPTH) return [];
  return rows.flatMap((row, at) =>
    names.flatMap((name) => {
      if (!hasRows(row[name])) return [];
      const title = `${textOf(row['name'] ?? row['id'] ?? at)}: ${wordsOf(name)}`;
      return [
        html`<div class="nested">
          <h3>${title}</h3>
          ${dataView(row[name], `${id}-${at}-${slug(name)}`, depth + 1)}
        </div>`,
      ];
    }),
  );
}

function kindOf(name: string): ColumnKind | undefined {
  if (/bytes$/i.test(name)) return 'bytes';
  if (/ms$/i.test(name)) return 'duration';
  if (/at$/i.test(name) && name.length > 2) return 'moment';
  if (/^(state|status|health)$/i.test(name)) return 'state';
  return undefined;
}

function shownByName(name: string, value: unknown): HtmlValue {
  const kind = kindOf(name);
  if (typeof value === 'number' && kind === 'bytes') return bytes(value);
  if (typeof value === 'number' && kind === 'duration') return duration(value);
  if (typeof value === 'number' && /fraction|share|ratio|elu/i.test(name)) return percent(value);
  return shown(value, kind ?? 'text');
}

function markupOf(value: HtmlValue): string {
  return html`${value}`.markup;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value needs a section of its own; small ones stay inline. */
function isNested(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isRecord);
  return isRecord(value) && Object.keys(value).length > 0;
}

function hasRows(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isRecord);
  return isRecord(value) && Object.values(value).some(isNested);
}

/** `rssBytes` as `rss`, `loopDelayMs` as `loop delay`. */
function wordsOf(name: string): string {
  const text = name.replace(/(?:Bytes|Ms)$/, '').replaceAll(/([a-z\d])([A-Z])/g, '$1 $2');
  return text.toLowerCase();
}

function slug(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z\d]+/g, '-');
}
