import type { ErrorGroup } from '../../logging/recent-errors.ts';
import { listParameters, Pager } from '../api/pager.ts';
import type { Answers } from '../group-reports.provider.ts';
import { type MergedErrorGroup, mergeErrors } from '../model/error-groups.ts';
import { errorStacks } from '../view/error-stacks.ts';
import { moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { requestLink } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';

/** Errors in an answer, unless it is asked for another number. */
const SHOWN = 300;

/** Length of a message that tells errors apart, in characters. */
const MAX_TIE = 200;

const COLUMNS = columnsOf<MergedErrorGroup>({
  lastAt: {
    label: 'Last',
    kind: 'moment',
    of: ({ lastAt }) => lastAt,
    show: ({ lastAt }) => moment(lastAt),
  },
  count: { label: 'Count', kind: 'count', of: ({ count }) => count },
  message: {
    label: 'Error',
    of: ({ name, message }) => `${name}: ${message}`,
    show: (row) => detailsOf(row),
  },
  firstAt: {
    label: 'First',
    kind: 'moment',
    of: ({ firstAt }) => firstAt,
    show: ({ firstAt }) => moment(firstAt),
  },
  requestId: {
    label: 'Last request',
    kind: 'code',
    of: ({ requestId }) => requestId,
    show: ({ requestId }) => requestLink(requestId),
  },
  workers: { label: 'Workers', of: ({ workers }) => workers.join(', ') },
  // In the details of the error.
  name: 'elsewhere',
  code: 'elsewhere',
  stack: 'elsewhere',
  causes: 'elsewhere',
});

/** Latest errors, grouped by kind and code location. */
export const errorsPage = page<Answers<'errors'>>({
  name: 'errors',
  title: 'Errors',
  section: 'Errors',
  about: 'Logged errors, grouped by kind and code location.',
  parameters: listParameters(SHOWN),
  async load({ reports, worker, query }) {
    const { data, ...about } = await reports.gather('errors', { worker });
    const rows = data.flatMap(({ worker: id, value }) => value.map((group) => ({ id, group })));
    const pager = new Pager(query, SHOWN);
    const taken = pager.take(
      'errors',
      rows,
      ({ id, group: { lastAt, name, message, firstAt } }) => {
        return { rank: lastAt, tie: `${id} ${firstAt} ${name} ${message.slice(0, MAX_TIE)}` };
      },
    );
    const byWorker = Map.groupBy(taken, ({ id }) => id);
    const wanted = data.map(({ worker: id }) => {
      return { worker: id, value: (byWorker.get(id) ?? []).map(({ group }) => group) };
    });
    return { ...about, data: wanted, next: pager.next };
  },
  render({ data }) {
    return table(COLUMNS, mergeErrors(data), {
      id: 'errors',
      caption: 'Errors',
      empty: 'No error was logged.',
    });
  },
});

function detailsOf({ name, message, code, stack, causes }: ErrorGroup): Html {
  const own = code === undefined ? '' : html` <code>${code}</code>`;
  return html`<details>
    <summary>${name}: ${message}${own}</summary>
    ${errorStacks({ stack, causes })}
  </details>`;
}
