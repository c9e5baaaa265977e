import type { VariableRow } from '../../insight/environment-report.ts';
import { html } from '../view/html.ts';
import { perWorker } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { reportPage } from './page.ts';

const COLUMNS = columnsOf<VariableRow>({
  name: { label: 'Variable', kind: 'code', of: ({ name }) => name },
  value: {
    label: 'Value',
    kind: 'code',
    of: ({ value }) => value,
    show: ({ value, isHidden }) =>
      isHidden ? html`<span class="unknown">hidden</span>` : html`<code>${value}</code>`,
  },
  isHidden: 'elsewhere',
});

/** Environment variables; values only where they may be shown. */
export const environmentPage = reportPage({
  name: 'environment',
  title: 'Environment',
  section: 'Configuration',
  about: 'Environment variables. Values are hidden in the worker unless meta.showEnv lists them.',
  refreshMs: 0,
  render: ({ data }) =>
    perWorker(data, (rows, worker) =>
      table(COLUMNS, rows, { id: `environment-${worker}`, caption: 'Variables', empty: 'None.' }),
    ),
});
