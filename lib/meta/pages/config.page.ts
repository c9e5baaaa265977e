import type { ConfigEntry } from '../../common/options/config-values.ts';
import { processRedactor } from '../../common/redaction/process-redactor.ts';
import type { PrimaryReports } from '../../reports/report-types.ts';
import { envelope } from '../envelope.ts';
import type { Answers } from '../group-reports.provider.ts';
import { type Html, html } from '../view/html.ts';
import { perWorker, section } from '../view/parts.ts';
import { columnsOf, table, textOf } from '../view/table.ts';
import { page } from './page.ts';

interface Configuration {
  /** Options of the `Group`; empty without one. */
  group: PrimaryReports['options'];
  workers: Answers<'config'>;
}

const COLUMNS = columnsOf<ConfigEntry>({
  name: { label: 'Name', kind: 'code', of: ({ name }) => name },
  value: { label: 'Value', kind: 'code', of: ({ value }) => textOf(value) },
  source: { label: 'Source', of: ({ source }) => source },
});

/** Values of the configuration and their sources. */
export const configPage = page<Configuration>({
  name: 'config',
  title: 'Configuration',
  section: 'Configuration',
  about: 'Every value of the configuration and its source. AppContext.config.note() adds values.',
  refreshMs: 0,
  async load({ reports, worker }) {
    const [group, { data, workers }] = await Promise.all([
      // A primary of an older release, during an upgrade, has none.
      reports.primary('options').catch((): ConfigEntry[] => []),
      reports.gather('config', { worker }),
    ]);
    return envelope({ group: group.map(withoutSecret), workers: data }, workers);
  },
  render({ data: { group, workers } }) {
    const own = perWorker(workers, (entries, worker) =>
      table(COLUMNS, entries, {
        id: `config-${worker}`,
        caption: 'Configuration',
        empty: 'No values.',
      }),
    );
    return html`${groupSection(group)} ${own}`;
  },
});

/** The workers redact their own values; those of the primary come as they are. */
function withoutSecret({ name, value, source }: ConfigEntry): ConfigEntry {
  return { name, value: processRedactor().field(name, value), source };
}

/** Options of the `Group`, if there is one. */
function groupSection(entries: Configuration['group']): Html | string {
  if (entries.length === 0) return '';
  return section(
    'Group',
    table(COLUMNS, entries, { id: 'config-group', caption: 'Group', empty: '' }),
  );
}
