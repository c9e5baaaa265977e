import type { Audit } from '../audit.ts';
import { coverageOf, envelope } from '../envelope.ts';
import { WINDOWS } from '../history/history-window.ts';
import { type JournalEntry, journalOf } from '../model/journal.ts';
import { html } from '../view/html.ts';
import { columnsOf, table } from '../view/table.ts';
import { type Page, page } from './page.ts';

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
export function journalPage(audit: Audit): Page {
  return page<JournalEntry[]>({
    name: 'journal',
    title: 'Journal',
    group: 'Overview',
    about: 'Starts, exits, blocks, sheds, replacements and operations, newest first.',
    isPerWorker: false,
    async load({ reports, history }) {
      const now = Date.now();
      const [{ data: workers }, exits, recycling, blocked, actions] = await Promise.all([
        reports.workers(),
        reports.primary('exits'),
        reports.primary('recycling'),
        reports.gather('blocked-loop'),
        // A primary of an older release, during an upgrade, has none.
        reports.primary('actions').catch(() => []),
      ]);
      const entries = journalOf({
        workers,
        exits,
        replacements: recycling.history,
        blocked: blocked.data,
        history: history.points(now, WINDOWS['30m']),
        audit: audit.records,
        actions,
        now,
      });
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
}
