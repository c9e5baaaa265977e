import { listParameters, Pager } from '../api/pager.ts';
import { coverageOf, envelope } from '../envelope.ts';
import type { JournalEntry } from '../journal/journal.ts';
import { html } from '../view/html.ts';
import { columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';

/** Entries in an answer, unless it is asked for another number. */
const SHOWN = 300;

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
  about: 'Starts, exits, blocks, sheds, replacements, operations and incidents, newest first.',
  isPerWorker: false,
  parameters: listParameters(SHOWN),
  async load({ reports, journal, query }) {
    const [{ data: workers }, entries] = await Promise.all([reports.workers(), journal.entries()]);
    const pager = new Pager(query, SHOWN);
    const shown = pager.take('journal', entries, ({ at, kind, slot, worker, text }) => {
      return { rank: at, tie: `${kind} ${slot} ${worker} ${text}` };
    });
    return { ...envelope(shown, coverageOf(workers)), next: pager.next };
  },
  render: ({ data }) =>
    table(ENTRIES, data, {
      id: 'journal',
      caption: 'Journal',
      empty: 'Nothing has happened yet.',
      canFilter: true,
    }),
});
