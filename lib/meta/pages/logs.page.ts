import type { Answers } from '../group-reports.provider.ts';
import { type Html, html } from '../view/html.ts';
import { LEVEL_OF, type LogRecord, logTable } from './log-table.ts';
import { page } from './page.ts';

const SHOWN = 300;
/** Latest log records of all workers. */
export const logsPage = page<Answers<'logs'>>({
  name: 'logs',
  title: 'Logs',
  group: 'Telemetry',
  about: 'Latest records of every worker, newest first. Older ones are where your logs go.',
  async load({ reports, worker, query }) {
    const { data, ...about } = await reports.gather('logs', { worker });
    const isWanted = filterOf(query);
    const wanted = data.map(({ worker: id, value }) => {
      return { worker: id, value: value.filter(isWanted) };
    });
    return { ...about, data: wanted };
  },
  render({ data }, { query }) {
    const lines = data.flatMap(({ worker, value }) => value.map((record) => ({ worker, record })));
    const latest = lines.toSorted((a, b) => Number(b.record['time']) - Number(a.record['time']));
    const more =
      latest.length > SHOWN
        ? html`<p class="hint">The latest ${SHOWN} of ${latest.length}.</p>`
        : '';
    return html`${filterForm(query)}${more}${logTable(latest.slice(0, SHOWN), 'No records.')}`;
  },
});

/** Filters by text, level, request and time; no patterns, which could backtrack for ever. */
function filterOf({
  q = '',
  level = '',
  request = '',
  after = '',
}: Readonly<Record<string, string>>) {
  const lowest = LEVEL_OF.get(level) ?? 0;
  const text = q.toLowerCase();
  const since = Number(after);
  return (record: LogRecord): boolean => {
    if (Number(record['level'] ?? 0) < lowest) return false;
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
