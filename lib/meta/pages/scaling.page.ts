import type { PrimaryReports } from '../../reports/report-types.ts';
import { envelope } from '../envelope.ts';
import { html } from '../view/html.ts';
import { facts, type FactsOf, factsOf, section } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';

type Scaling = NonNullable<PrimaryReports['scaling']>;
type Change = Scaling['history'][number];

const FOLLOWS = {
  load: 'the load',
  configuration: 'the option workers',
  order: 'an order',
} as const;

const FACTS: FactsOf<Scaling> = {
  wanted: ({ wanted }) => ({ label: 'Wanted workers', value: wanted, kind: 'count' }),
  min: ({ min }) => ({ label: 'Min workers', value: min, kind: 'count' }),
  max: ({ max }) => ({ label: 'Max workers', value: max, kind: 'count' }),
  follows: ({ follows }) => ({
    label: 'Decided by',
    value: FOLLOWS[follows],
    help: 'An order lasts until the next one: the operation "scale" without a number ends it',
  }),
  heldBy: ({ heldBy }) => ({ label: 'Blocked by', value: heldBy ?? '–' }),
  history: 'elsewhere',
};

const CHANGES = columnsOf<Change>({
  at: { label: 'When', kind: 'moment', of: ({ at }) => Date.parse(at) },
  from: { label: 'From', kind: 'count', of: ({ from }) => from },
  to: { label: 'To', kind: 'count', of: ({ to }) => to },
  cause: { label: 'Cause', of: ({ cause }) => cause },
  reason: { label: 'Reason', of: ({ reason }) => reason },
  by: { label: 'By', of: ({ by }) => by },
});

/** How many workers the group wants, and why that changed. */
export const scalingPage = page<Scaling | null>({
  name: 'scaling',
  title: 'Scaling',
  section: 'Workers',
  about: 'Number of workers: what decides it, and its latest changes with their reasons.',
  isPerWorker: false,
  async load({ reports }) {
    const [{ workers }, scaling] = await Promise.all([
      reports.workers(),
      // A primary of an older release, during an upgrade, has none.
      reports.primary('scaling').catch(() => null),
    ]);
    return envelope(scaling, workers);
  },
  render({ data }) {
    if (data === null) return html`<p class="empty">This is a single process.</p>`;
    const about = { id: 'scaling', caption: 'Changes', empty: 'No changes.' };
    return html`${facts(factsOf<Scaling>(FACTS, data))}
    ${section('Changes', table(CHANGES, data.history, about))}`;
  },
});
