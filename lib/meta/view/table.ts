import { badge, bytes, count, duration, moment, percent, rate } from './format.ts';
import { Html, html, type HtmlValue } from './html.ts';

/** Format of a column's values. */
export type ColumnKind =
  | 'text'
  | 'code'
  | 'count'
  | 'bytes'
  | 'duration'
  | 'percent'
  | 'rate'
  | 'moment'
  | 'state';

export interface Column<R> {
  label: string;
  kind?: ColumnKind;
  /** Value to show, sort and filter by. */
  of: (row: R) => unknown;
  /** Renders the value in another way. */
  show?: (row: R) => HtmlValue;
  /** Tooltip of the column's head. */
  help?: string;
}

/**
 * Columns by the field that each shows. A field without one does not compile: a new field of a
 * report is shown here, or in another part of the page (`elsewhere`).
 */
export type ColumnsOf<R> = {
  readonly [K in keyof R]-?: Column<R> | readonly Column<R>[] | 'elsewhere';
};

/** Columns of a table, in the order of the fields. */
export function columnsOf<R>(fields: ColumnsOf<R>): readonly Column<R>[] {
  const columns: (Column<R> | readonly Column<R>[] | 'elsewhere')[] = Object.values(fields);
  return columns.flat().filter((column) => column !== 'elsewhere');
}

export interface TableOptions {
  /** Unique in its page: sorting and filter are kept by it while the page is open. */
  id: string;
  /** For screen readers. */
  caption: string;
  empty: string;
  /** Whether to offer a filter. @default true for more than 8 rows */
  canFilter?: boolean;
}

const FILTER_FROM_ROWS = 8;

const RIGHT = new Set<ColumnKind>(['count', 'bytes', 'duration', 'percent', 'rate']);

/** Table that scripts make sortable and filterable. */
export function table<R>(
  columns: readonly Column<R>[],
  rows: readonly R[],
  { id, caption, empty, canFilter = rows.length > FILTER_FROM_ROWS }: TableOptions,
): Html {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  const filter = canFilter ? new Html(' data-filter') : '';
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}">
    <table id="${id}" data-sort${filter}>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(head)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map((column) => cell(column, row))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

function head<R>({ label, kind = 'text', help }: Column<R>): Html {
  const title = help === undefined ? '' : html` title="${help}"`;
  return html`<th scope="col" class="${classOf(kind)}" ${title}>${label}</th>`;
}

function cell<R>(column: Column<R>, row: R): Html {
  const { kind = 'text', of, show } = column;
  const value = of(row);
  const raw = typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  const sortBy = raw === '' ? '' : html` data-value="${raw}"`;
  return html`<td class="${classOf(kind)}" ${sortBy}>
    ${show === undefined ? shown(value, kind) : show(row)}
  </td>`;
}

function classOf(kind: ColumnKind): string {
  return RIGHT.has(kind) ? 'number' : kind;
}

/** Formats a value by its kind. */
export function shown(value: unknown, kind: ColumnKind = 'text'): HtmlValue {
  if (typeof value === 'number') return NUMBERS[kind]?.(value) ?? count(value);
  if (value === null || value === undefined || value === '') return UNKNOWN;
  const text = textOf(value);
  return TEXTS[kind]?.(text) ?? text;
}

const UNKNOWN = html`<span class="unknown">–</span>`;

const TEXTS: Partial<Record<ColumnKind, (text: string) => HtmlValue>> = {
  moment,
  state: badge,
  code: (text) => html`<code>${text}</code>`,
};

const NUMBERS: Partial<Record<ColumnKind, (value: number) => HtmlValue>> = {
  bytes,
  duration,
  percent,
  rate,
  moment,
};

/** Converts any value to text; an object becomes its entries. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object') return JSON.stringify(value) ?? '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return Object.entries(value)
    .map(([key, part]) => `${key} ${textOf(part)}`)
    .join(', ');
}
