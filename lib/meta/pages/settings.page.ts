import type { SettingRow } from '../../reports/settings.ts';
import { suffices } from '../access.ts';
import { mergeSettings, type SettingOfGroup } from '../model/settings.ts';
import { duration, moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { select } from '../view/select.ts';
import { type Column, columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';

const ACTION: Column<SettingOfGroup> = {
  label: 'Change',
  of: ({ name }) => name,
  show: (row) => html`${changeForm(row)}${row.changed === null ? '' : resetForm(row)}`,
};

const COLUMNS = columnsOf<SettingOfGroup>({
  name: {
    label: 'Setting',
    kind: 'code',
    of: ({ name }) => name,
    show: ({ name, summary }) =>
      html`<code>${name}</code>
        <p class="hint">${summary}</p>`,
  },
  summary: 'elsewhere',
  value: { label: 'Value', kind: 'code', of: ({ value }) => textOf(value) },
  configured: { label: 'Configured', kind: 'code', of: ({ configured }) => textOf(configured) },
  changed: {
    label: 'Changed',
    of: ({ changed }) => changed?.since,
    show: ({ changed }) =>
      changed === null
        ? '–'
        : html`by ${changed.by} ${moment(changed.since)}, for ${duration(changed.remainingMs)} more`,
  },
  problem: { label: 'Problem', of: ({ problem }) => problem },
  workers: { label: 'Workers', of: ({ workers }) => workers.join(', ') },
  accepts: { label: 'Accepts', of: ({ accepts }) => accepts },
  choices: 'elsewhere',
});

/** Values that operators change at run time. */
export const settingsPage = page<SettingOfGroup[]>({
  name: 'settings',
  title: 'Settings',
  section: 'Operations',
  about: 'Values that operators change for a while, in all workers. AppContext.settings adds some.',
  refreshMs: 5_000,
  async load({ reports, worker }) {
    const answered = await reports.gather('settings', { worker });
    return { ...answered, data: mergeSettings(answered.data) };
  },
  render({ data }, { visitor }) {
    const columns = suffices(visitor.access, 'operate') ? [...COLUMNS, ACTION] : COLUMNS;
    return table(columns, data, { id: 'settings', caption: 'Settings', empty: 'No settings.' });
  },
});

function textOf(value: SettingRow['value']): string {
  return value === null ? 'automatic' : String(value);
}

function changeForm({ name, value, choices }: SettingOfGroup): Html {
  return html`<form class="operation" method="post" action="/operations/settings.set">
    <input type="hidden" name="name" value="${name}" />
    <div class="fields">
      <label>Value${valueField(value, choices)}</label>
      <label
        >Duration (ms)<input name="forMs" value="3600000" inputmode="numeric" required
      /></label>
      <button class="danger">Change</button>
    </div>
  </form>`;
}

function valueField(value: SettingRow['value'], choices: SettingRow['choices']): Html {
  if (choices === null) {
    return html`<input name="value" value="${value === null ? '' : String(value)}" required />`;
  }
  return select('value', choices.map(String), String(value));
}

function resetForm({ name }: SettingOfGroup): Html {
  return html`<form class="operation" method="post" action="/operations/settings.reset">
    <input type="hidden" name="name" value="${name}" />
    <button class="go">Reset</button>
  </form>`;
}
