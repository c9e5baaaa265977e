import type { ConfigEntry } from '../../common/options/config-sources.ts';
import { perWorker } from '../view/parts.ts';
import { columnsOf, table, textOf } from '../view/table.ts';
import { reportPage } from './page.ts';

const COLUMNS = columnsOf<ConfigEntry>({
  name: { label: 'Name', kind: 'code', of: ({ name }) => name },
  value: { label: 'Value', kind: 'code', of: ({ value }) => textOf(value) },
  source: { label: 'From', of: ({ source }) => source },
});

/** Values of the configuration and their sources. */
export const configPage = reportPage({
  name: 'config',
  title: 'Configuration',
  group: 'Application',
  about: 'Every value of the configuration, and where it comes from.',
  refreshMs: 0,
  render: ({ data }) =>
    perWorker(data, (entries, worker) =>
      table(COLUMNS, entries, {
        id: `config-${worker}`,
        caption: 'Configuration',
        empty: 'Nothing was noted: AppContext.config.note() does.',
      }),
    ),
});
