import type { ErrorGroup } from '../../logging/recent-errors.ts';
import { moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { requestLink } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { reportPage } from './page.ts';

type Row = ErrorGroup & { worker: number };

const COLUMNS = columnsOf<Row>({
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
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
  // In the details of the error.
  name: 'elsewhere',
  code: 'elsewhere',
  stack: 'elsewhere',
  causes: 'elsewhere',
});

/** Latest errors, grouped by kind and code location. */
export const errorsPage = reportPage({
  name: 'errors',
  title: 'Errors',
  section: 'Errors',
  about: 'Logged errors, grouped by kind and code location.',
  render({ data }) {
    const rows = data.flatMap(({ worker, value }) => value.map((group) => ({ ...group, worker })));
    const latest = rows.toSorted((a, b) => b.lastAt - a.lastAt);
    return table(COLUMNS, latest, {
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
    <pre>${stack}</pre>
    ${causes.map(
      (cause) =>
        html`<p>Caused by ${cause.name}: ${cause.message}</p>
          <pre>${cause.stack}</pre>`,
    )}
  </details>`;
}
