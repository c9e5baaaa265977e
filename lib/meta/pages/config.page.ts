import type { ConfigEntry } from '../../common/options/config-values.ts';
import { processRedactor } from '../../common/redaction/process-redactor.ts';
import type { PrimaryReports } from '../../reports/report-types.ts';
import { envelope } from '../envelope.ts';
import type { Answers } from '../group-reports.provider.ts';
import { type ConfigRow, configSections } from '../model/config-rows.ts';
import { type Html, html } from '../view/html.ts';
import { section } from '../view/parts.ts';
import { type Column, columnsOf, table, textOf } from '../view/table.ts';
import { page } from './page.ts';

interface Configuration {
  /** Options of the `Group`; empty without one. */
  group: PrimaryReports['options'];
  workers: Answers<'config'>;
}

const COLUMNS: readonly Column<ConfigRow>[] = columnsOf<ConfigRow>({
  name: { label: 'Name', kind: 'code', of: ({ name }) => name },
  value: { label: 'Value', kind: 'code', of: ({ value }) => textOf(value), show: valueOf },
  source: { label: 'Source', of: ({ source }) => source, show: sourceOf },
  differing: 'elsewhere',
});

/** Values of the configuration of every feature, and their sources. */
export const configPage = page<Configuration>({
  name: 'config',
  title: 'Configuration',
  section: 'Configuration',
  about:
    'Every option of every feature, its value and source. AppContext.config.note() adds values.',
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
    const own = configSections(workers);
    const of = own.flatMap(({ rows }) => rows).filter(({ differing }) => differing.length > 0);
    return html`<p class="hint">
        Set values stand out; <span class="badge">default</span> marks the others.
      </p>
      ${of.length === 0 ? '' : html`<p class="fair">Values that differ between workers: ${of.map(({ name }) => name).join(', ')}.</p>`}
      ${groupSection(group)}
      ${own.length === 0 ? html`<p class="empty">No worker has reported its configuration.</p>` : ''}
      ${own.map(({ feature, rows }) => section(feature, configTable(feature, rows)))}`;
  },
});

function configTable(id: string, rows: readonly ConfigRow[]): Html {
  return table(COLUMNS, rows, {
    id: `config-${id}`,
    caption: `Configuration: ${id}`,
    empty: '',
    canFilter: false,
  });
}

function valueOf({ value, source, differing }: ConfigRow): Html {
  if (differing.length === 0) {
    const text = html`<code>${textOf(value)}</code>`;
    return source === 'default' ? text : html`<strong>${text}</strong>`;
  }
  return html`<ul class="endpoints">
    ${differing.map(
      ({ worker, value: own }) =>
        html`<li class="fair">
          Worker ${worker}:
          ${own === null ? 'no such option' : html`<code>${textOf(own.value)}</code> (${own.source})`}
        </li>`,
    )}
  </ul>`;
}

function sourceOf({ source, differing }: ConfigRow): Html | string {
  if (differing.length > 0) return html`<span class="badge fair">differs</span>`;
  return source === 'default' ? html`<span class="badge">default</span>` : source;
}

/** The workers redact their own values; those of the primary come as they are. */
function withoutSecret({ name, value, source }: ConfigEntry): ConfigEntry {
  return { name, value: processRedactor().field(name, value), source };
}

/** Options of the `Group`, if there is one. */
function groupSection(entries: Configuration['group']): Html | string {
  if (entries.length === 0) return '';
  const rows = entries.map(({ name, value, source }): ConfigRow => {
    return { name, value, source, differing: [] };
  });
  return section('Group', configTable('group', rows));
}
