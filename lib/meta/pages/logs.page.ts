import { LEVELS } from '../../logging/levels.ts';
import type { WorkerReports } from '../../reports/report-types.ts';
import { listParameters, Pager, tieOf } from '../api/pager.ts';
import {
  choiceParameter,
  type Parameters,
  textParameter,
  timeParameter,
} from '../api/parameter.ts';
import type { Answers } from '../group-reports.provider.ts';
import { badge, moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { requestLink } from '../view/parts.ts';
import { type Column, table, textOf } from '../view/table.ts';
import { page } from './page.ts';

type LogRecord = WorkerReports['logs'][number];

interface Line {
  worker: number;
  record: LogRecord;
}

const { silent: _silent, ...WRITTEN } = LEVELS;
const LEVEL_OF = new Map<string, number>(Object.entries(WRITTEN));
const NAME_OF = new Map(Array.from(LEVEL_OF, ([name, level]) => [level, name]));

/** Records in an answer, unless it is asked for another number. */
const SHOWN = 300;
const STANDARD = new Set(['level', 'time', 'msg', 'context', 'worker', 'pid', 'requestId', 'err']);

const COLUMNS: readonly Column<Line>[] = [
  {
    label: 'Time',
    kind: 'moment',
    of: ({ record }) => Number(record['time']),
    show: ({ record }) => moment(Number(record['time'])),
  },
  {
    label: 'Level',
    kind: 'state',
    of: ({ record }) => record['level'],
    show: ({ record }) => badge(NAME_OF.get(Number(record['level'])) ?? textOf(record['level'])),
  },
  { label: 'Context', of: ({ record }) => record['context'] },
  { label: 'Message', of: ({ record }) => record['msg'], show: ({ record }) => messageOf(record) },
  {
    label: 'Request',
    kind: 'code',
    of: ({ record }) => record['requestId'],
    show: ({ record }) => requestLink(record['requestId']),
  },
  { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
];

const FILTERS: Parameters = {
  q: textParameter('Text that a record contains, in any case.'),
  level: choiceParameter('Lowest level.', [...LEVEL_OF.keys()]),
  request: textParameter('Id of the request that a record belongs to.'),
};

/** Latest log records of all workers. */
export const logsPage = page<Answers<'logs'>>({
  name: 'logs',
  title: 'Logs',
  section: 'Logs',
  about: 'Latest records of every worker, newest first. Older ones are where your logs go.',
  parameters: {
    ...FILTERS,
    after: timeParameter('Only later records.'),
    ...listParameters(SHOWN),
  },
  live: {
    operation: 'logs.follow',
    schema: 'LogRecord',
    parameters: FILTERS,
    filter(query) {
      const isWanted = filterOf(query);
      return (record) => isWanted(record as LogRecord);
    },
  },
  async load({ reports, worker, query }) {
    const { data, ...about } = await reports.gather('logs', { worker });
    const isWanted = filterOf(query);
    const lines = data.flatMap(({ worker: id, value }) =>
      numbered(value).flatMap(({ record, number }) =>
        isWanted(record) ? [{ worker: id, record, number }] : [],
      ),
    );
    const pager = new Pager(query, SHOWN);
    const taken = pager.take('logs', lines, ({ worker: id, record, number }) => {
      return { rank: record.time ?? 0, tie: tieOf(id, -number) };
    });
    const byWorker = Map.groupBy(taken.toReversed(), ({ worker: id }) => id);
    const wanted = data.map(({ worker: id }) => {
      return { worker: id, value: (byWorker.get(id) ?? []).map(({ record }) => record) };
    });
    return { ...about, data: wanted, next: pager.next };
  },
  render({ data, next }, { query }) {
    const lines = data.flatMap(({ worker, value }) => value.map((record) => ({ worker, record })));
    const latest = lines.toSorted((a, b) => Number(b.record['time']) - Number(a.record['time']));
    const older = new URLSearchParams({ ...query, cursor: next ?? '' }).toString();
    const more =
      typeof next === 'string'
        ? html`<p class="hint">
            The latest ${latest.length}. <a href="/logs?${older}">Older records</a>
          </p>`
        : '';
    return html`${filterForm(query)}${more}${table(COLUMNS, latest, { id: 'logs', caption: 'Log records', empty: 'No records.', canFilter: true })}`;
  },
});

/** Records with their number within their millisecond, which tells them apart. */
function numbered(records: readonly LogRecord[]): { record: LogRecord; number: number }[] {
  const counts = new Map<number, number>();
  return records.map((record) => {
    const { time = 0 } = record;
    const number = counts.get(time) ?? 0;
    counts.set(time, number + 1);
    return { record, number };
  });
}

/** Filters by text, level, request and time; no patterns, which could backtrack for ever. */
function filterOf({
  q = '',
  level = '',
  request = '',
  after = '',
}: Readonly<Record<string, string>>) {
  const lowest = LEVEL_OF.get(level) ?? 0;
  const text = q.toLowerCase();
  const since = Date.parse(after);
  return (record: LogRecord): boolean => {
    if ((record.level ?? 0) < lowest) return false;
    if (request !== '' && record['requestId'] !== request) return false;
    if (since > 0 && Number(record['time']) <= since) return false;
    return text === '' || JSON.stringify(record).toLowerCase().includes(text);
  };
}

function filterForm({ q = '', level = '', worker = '' }: Readonly<Record<string, string>>): Html {
  const choices = ['', ...LEVEL_OF.keys()];
  return html`<form class="filter" method="get" action="/logs">
    <label>Contains <input name="q" value="${q}" /></label>
    <label
      >Minimum level
      <select name="level">
        ${choices.map((one) => html`<option value="${one}" ${one === level ? html` selected` : ''}>${one === '' ? 'all' : one}</option>`)}
      </select></label
    >
    ${worker === '' ? '' : html`<input type="hidden" name="worker" value="${worker}" />`}<button>
      Apply
    </button>
  </form>`;
}

/** Maximum length of the summary of a record's other fields, in characters. */
const MAX_SUMMARY = 200;

function messageOf(record: LogRecord): Html {
  const rest = Object.entries(record).filter(([name]) => !STANDARD.has(name));
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
  return html`<span class="message">${textOf(record['msg'] ?? '')}</span>${more}`;
}

/** Never empty: a click on it expands the record. */
function summaryOf(rest: readonly [string, unknown][]): string {
  if (rest.length === 0) return 'stack';
  const all = rest.map(([name, value]) => `${name} ${textOf(value)}`).join(', ');
  return all.slice(0, MAX_SUMMARY);
}
