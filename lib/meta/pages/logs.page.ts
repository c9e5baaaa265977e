import { listParameters, Pager, tieOf } from '../api/pager.ts';
import {
  choiceParameter,
  type Parameters,
  textParameter,
  timeParameter,
} from '../api/parameter.ts';
import type { Answers } from '../group-reports.provider.ts';
import { type Html, html } from '../view/html.ts';
import { select } from '../view/select.ts';
import { LEVEL_OF, type LogEntry, logTable, textOfMessage } from './log-table.ts';
import { page, type Question } from './page.ts';

/** Records in an answer, unless it is asked for another number. */
const SHOWN = 300;

/** Kinds of records, by the value of `kind`. */
const KINDS = new Map<string, (record: LogEntry) => boolean>([
  ['access', ({ context }) => context === 'access'],
  ['other', ({ context }) => context !== 'access'],
]);

const FILTERS: Parameters = {
  q: textParameter('Text that a record contains, in any case.'),
  level: choiceParameter('Lowest level.', [...LEVEL_OF.keys()]),
  kind: choiceParameter('Access records, or all others.', [...KINDS.keys()]),
  request: textParameter('Id of the request that a record belongs to.'),
};

/** Latest log records of all workers. */
export const logsPage = page<Answers<'logs'>>({
  name: 'logs',
  title: 'Logs',
  section: 'Logs',
  about: 'Latest records of every worker, newest first. Older records are only in your log store.',
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
      return (record) => isWanted(record as LogEntry);
    },
  },
  async load({ reports, worker, query, redact }) {
    const { data, ...about } = await reports.gather('logs', { worker });
    const isWanted = filterOf(query, redact);
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
    return html`${filterForm(query)}${more}${logTable(latest, 'No records.')}`;
  },
});

type Query = Readonly<Record<string, string>>;

/** Records with their number within their millisecond, which tells them apart. */
function numbered(records: readonly LogEntry[]): { record: LogEntry; number: number }[] {
  const counts = new Map<number, number>();
  return records.map((record) => {
    const { time = 0 } = record;
    const number = counts.get(time) ?? 0;
    counts.set(time, number + 1);
    return { record, number };
  });
}

/** Filters by text, level, kind, request and time; no patterns, which could backtrack for ever. */
function filterOf(
  { q = '', level = '', kind = '', request = '', after = '' }: Query,
  redact: Question['redact'] = (value) => value,
) {
  const lowest = LEVEL_OF.get(level) ?? 0;
  const isOfKind = KINDS.get(kind) ?? (() => true);
  const text = q.toLowerCase();
  const since = Date.parse(after);
  return (record: LogEntry): boolean => {
    if ((record.level ?? 0) < lowest || !isOfKind(record)) return false;
    if (request !== '' && record['requestId'] !== request) return false;
    if (since > 0 && Number(record['time']) <= since) return false;
    return text === '' || searched(redact(record) as LogEntry).includes(text);
  };
}

/** Text of a record that a filter searches: what the page shows, and all fields. */
function searched(record: LogEntry): string {
  return `${textOfMessage(record)} ${JSON.stringify(record)}`.toLowerCase();
}

/** Parameters that the form keeps without a field for them. */
const HIDDEN = ['worker', 'request', 'after', 'limit'] as const;

function filterForm(query: Query): Html {
  const { q = '', level = '', kind = '' } = query;
  const hidden = HIDDEN.flatMap((name) => {
    const value = query[name];
    return value === undefined
      ? []
      : [html`<input type="hidden" name="${name}" value="${value}" />`];
  });
  return html`<form class="filter" method="get" action="/logs">
    <label>Contains <input name="q" value="${q}" /></label>
    ${choice('Minimum level', 'level', [...LEVEL_OF.keys()], level)}
    ${choice('Records', 'kind', [...KINDS.keys()], kind)} ${hidden}<button>Apply</button>
  </form>`;
}

function choice(label: string, name: string, values: readonly string[], chosen: string): Html {
  const field = select(name, ['', ...values], chosen, (value) => (value === '' ? 'all' : value));
  return html`<label>${label} ${field}</label>`;
}
