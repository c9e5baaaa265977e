import { coverageOf, envelope } from '../envelope.ts';
import type { JournalEntry } from '../journal/journal.ts';
import { html } from '../view/html.ts';
import { columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';

const ENTRIES = columnsOf<JournalEntry>({
  at: { label: 'When', kind: 'moment', of: ({ at }) => at },
  kind: { label: 'Event', of: ({ kind }) => kind },
  slot: { label: 'Slot', kind: 'count', of: ({ slot }) => slot },
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
  text: {
    label: 'Description',
    of: ({ text }) => text,
    show: ({ text, href }) => html`<a href="${href}">${text}</a>`,
  },
  href: 'elsewhere',
});

/** Everything that happened to the group, in one list. */
export const journalPage = page<JournalEntry[]>({
  name: 'journal',
  title: 'Journal',
  section: 'Overview',
  about: 'Starts, exits, blocks, sheds, replacements and operations, newest first.',
  isPerWorker: false,
  async load({ reports, journal }) {
    const [{ data: workers }, entries] = await Promise.all([reports.workers(), journal.entries()]);
    return envelope(entries, coverageOf(workers));
  },
  render: ({ data }) =>
    table(ENTRIES, data, {
      id: 'journal',
      caption: 'Journal',
      empty: 'Nothing has happened yet.',
      canFilter: true,
    }),
});
