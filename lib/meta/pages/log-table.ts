import { LEVELS } from '../../logging/levels.ts';
import type { WorkerReports } from '../../reports/report-types.ts';
import { badge, duration, exactTime } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { requestLink } from '../view/parts.ts';
import { type Column, table, textOf } from '../view/table.ts';

export type LogEntry = WorkerReports['logs'][number];

/** Log record of a worker. */
export interface LogLine {
  worker: number;
  record: LogEntry;
}

const { silent: _silent, ...WRITTEN } = LEVELS;

/** Levels that records have, by name. */
export const LEVEL_OF: ReadonlyMap<string, number> = new Map(Object.entries(WRITTEN));

const NAME_OF = new Map(Array.from(LEVEL_OF, ([name, level]) => [level, name]));

const STANDARD = new Set(['level', 'time', 'msg', 'context', 'worker', 'pid', 'requestId', 'err']);

const COLUMNS: readonly Column<LogLine>[] = [
  {
    label: 'Time (UTC)',
    kind: 'moment',
    of: ({ record }) => Number(record['time']),
    show: ({ record }) => exactTime(Number(record['time'])),
  },
  {
    label: 'Level',
    kind: 'state',
    of: ({ record }) => record['level'],
    show: ({ record }) => badge(NAME_OF.get(Number(record['level'])) ?? textOf(record['level'])),
  },
  { label: 'Context', of: ({ record }) => record['context'] },
  {
    label: 'Message',
    of: ({ record }) => textOfMessage(record),
    show: ({ record }) => messageOf(record),
  },
  {
    label: 'Request',
    kind: 'code',
    of: ({ record }) => record['requestId'],
    show: ({ record }) => requestLink(record['requestId']),
  },
  { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
];

/** Table of log records, in the given order. */
export function logTable(lines: readonly LogLine[], empty: string): Html {
  return table(COLUMNS, lines, { id: 'logs', caption: 'Log records', empty, canFilter: false });
}

/** Maximum length of the summary of a record's other fields, in characters. */
const MAX_SUMMARY = 200;

/** Fields of an access record that its message tells. */
const TOLD: ReadonlySet<string> = new Set(['method', 'route', 'status', 'durationMs', 'isAborted']);

function isAccess({ context, method }: LogEntry): boolean {
  return context === 'access' && typeof method === 'string';
}

/** Message of a record; of an access record `POST /receipts 201 2.1 ms`. */
export function textOfMessage(record: LogEntry): string {
  if (!isAccess(record)) return textOf(record['msg'] ?? '');
  const { method, route, status, durationMs, isAborted } = record;
  const text = `${textOf(method)} ${textOf(route)} ${textOf(status)} ${duration(Number(durationMs))}`;
  return isAborted === true ? `${text}, client gone` : text;
}

function messageOf(record: LogEntry): Html {
  const told = isAccess(record) ? TOLD : new Set<string>();
  const rest = Object.entries(record).filter(([name]) => !STANDARD.has(name) && !told.has(name));
  const error = record['err'] as { message?: unknown; stack?: unknown } | undefined;
  const stack = typeof error?.stack === 'string' ? html`<pre>${error.stack}</pre>` : '';
  const more =
    rest.length === 0 && stack === ''
      ? ''
      : html`<details>
          <summary>${summaryOf(rest)}</summary>
          ${stack}
          <pre>${JSON.stringify(Object.fromEntries(rest), undefined, 1)}</pre>
        </details>`;
  return html`<span class="message">${textOfMessage(record)}</span>${more}`;
}

/** Fields that say nothing about the message: they are in the details alone. */
const UNTOLD: ReadonlySet<string> = new Set(['service', 'name', 'traceId', 'spanId', 'stack']);

/** Never empty: a click on it expands the record. */
function summaryOf(rest: readonly [string, unknown][]): string {
  const told = rest.filter(([name]) => !UNTOLD.has(name));
  if (told.length === 0) return rest.length === 0 ? 'stack' : 'fields';
  const all = told.map(([name, value]) => `${name} ${textOf(value)}`).join(', ');
  return all.slice(0, MAX_SUMMARY);
}
