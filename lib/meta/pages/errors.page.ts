import type { ErrorGroup } from '../../logging/recent-errors.ts';
import { type MergedErrorGroup, mergeErrors } from '../model/error-groups.ts';
import { moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { requestLink } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { reportPage } from './page.ts';

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
export const errorsPage = reportPage({
  name: 'errors',
  title: 'Errors',
  group: 'Telemetry',
  about: 'Logged errors, grouped by kind and code location.',
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
    <pre>${stack}</pre>
    ${causes.map(
      (cause) =>
        html`<p>Caused by ${cause.name}: ${cause.message}</p>
          <pre>${cause.stack}</pre>`,
    )}
  </details>`;
}
