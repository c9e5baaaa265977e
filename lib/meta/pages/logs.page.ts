import type { Answers } from '../group-reports.provider.ts';
import { QueryError } from '../meta.errors.ts';
import { type Html, html } from '../view/html.ts';
import { LEVEL_OF, type LogRecord, logTable, textOfMessage } from './log-table.ts';
import { page } from './page.ts';

/** Records that the page shows, and that `limit` may ask for at most. */
const SHOWN = 300;
const MAX_LIMIT = 1_000;

/** Latest log records of all workers. */
export const logsPage = page<Answers<'logs'>>({
  name: 'logs',
  title: 'Logs',
  group: 'Telemetry',
  about: 'Latest records of every worker, newest first. Older ones are where your logs go.',
  async load({ reports, worker, query }) {
    const isWanted = filterOf(query);
    const limit = limitOf(query);
    const { data, ...about } = await reports.gather('logs', { worker });
    const wanted = data.map(({ worker: id, value }) => {
      return { worker: id, value: value.filter(isWanted) };
    });
    return { ...about, data: limit === undefined ? wanted : latestOf(wanted, limit) };
  },
  render({ data }, { query }) {
    const lines = data.flatMap(({ worker, value }) => value.map((record) => ({ worker, record })));
    const latest = lines.toSorted((a, b) => Number(b.record['time']) - Number(a.record['time']));
    const shown = latest.slice(0, limitOf(query) ?? SHOWN);
    const more =
      latest.length > shown.length
        ? html`<p class="hint">The latest ${shown.length} of ${latest.length}.</p>`
        : '';
    return html`${filterForm(query)}${more}${logTable(shown, 'No records.')}`;
  },
});

type Query = Readonly<Record<string, string>>;

/** @throws QueryError for anything but a number of records */
function limitOf({ limit }: Query): number | undefined {
  if (limit === undefined || limit === '') return undefined;
  const number = /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (number >= 1 && number <= MAX_LIMIT) return number;
  throw new QueryError(`limit must be a number from 1 to ${MAX_LIMIT}`);
}

/** The latest records over all workers, each under its worker. */
function latestOf(answers: Answers<'logs'>, limit: number): Answers<'logs'> {
  const all = answers.flatMap(({ value }) => value);
  const latest = new Set(
    all.toSorted((a, b) => Number(b['time']) - Number(a['time'])).slice(0, limit),
  );
  return answers.map(({ worker, value }) => {
    return { worker, value: value.filter((record) => latest.has(record)) };
  });
}

/** Kinds of records, by the value of `kind`. */
const KINDS = new Map<string, (record: LogRecord) => boolean>([
  ['access', ({ context }) => context === 'access'],
  ['other', ({ context }) => context !== 'access'],
]);

/**
 * Filters by text, level, kind, request and time; no patterns, which could backtrack for ever.
 *
 * @throws QueryError for a level or a kind that there is not
 */
function filterOf(query: Query) {
  const { q = '', request = '', after = '' } = query;
  const lowest = lowestLevelOf(query);
  const isOfKind = kindOf(query);
  const text = q.toLowerCase();
  const since = Number(after);
  return (record: LogRecord): boolean => {
    if (Number(record['level'] ?? 0) < lowest || !isOfKind(record)) return false;
    if (request !== '' && record['requestId'] !== request) return false;
    if (since > 0 && Number(record['time']) <= since) return false;
    return text === '' || searched(record).includes(text);
  };
}

function lowestLevelOf({ level = '' }: Query): number {
  const lowest = level === '' ? 0 : LEVEL_OF.get(level);
  if (lowest !== undefined) return lowest;
  throw new QueryError(`level must be one of ${[...LEVEL_OF.keys()].join(', ')}`);
}

function kindOf({ kind = '' }: Query): (record: LogRecord) => boolean {
  const isOfKind = kind === '' ? () => true : KINDS.get(kind);
  if (isOfKind !== undefined) return isOfKind;
  throw new QueryError(`kind must be one of ${[...KINDS.keys()].join(', ')}`);
}

/** Text of a record that a filter searches: what the page shows, and all fields. */
function searched(record: LogRecord): string {
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
  return html`<label
    >${label}
    <select name="${name}">
      ${['', ...values].map((one) => html`<option value="${one}" ${one === chosen ? html` selected` : ''}>${one === '' ? 'all' : one}</option>`)}
    </select></label
  >`;
}
