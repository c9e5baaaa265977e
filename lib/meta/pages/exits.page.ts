import { envelope } from '../envelope.ts';
import { bytes, count, duration, moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { section } from '../view/parts.ts';
import { type Column, table } from '../view/table.ts';
import { page } from './page.ts';

/** End of a worker. */
interface Exit {
  id: number;
  slot: number;
  pid: number;
  reason: string;
  uptimeMs: number;
  at: string;
  stack?: string[];
}

/** Worker before or after a replacement. */
interface Side {
  id: number;
  usage: { rssBytes: number; requests: number; loopDelayP99Ms: number } | null;
}

/** Replacement of a worker, planned or urgent. */
interface Replacement {
  slot: number;
  reason: string;
  outcome: string;
  failure: string | null;
  before: Side;
  after: Side | null;
  tookMs: number;
  at: string;
}

interface Turnover {
  exits: Exit[];
  replacements: Replacement[];
  underWay: { slot: number; phase: string; reason: string } | null;
  limits: object | null;
}

/** Report of the primary. */
interface Recycling {
  options: object | null;
  underWay: Turnover['underWay'];
  history: Replacement[];
}

const EXITS: readonly Column<Exit>[] = [
  { label: 'Ended', kind: 'moment', of: ({ at }) => Date.parse(at), show: ({ at }) => moment(at) },
  { label: 'Worker', kind: 'count', of: ({ id }) => id },
  { label: 'Place', kind: 'count', of: ({ slot }) => slot },
  { label: 'Process', kind: 'count', of: ({ pid }) => pid },
  { label: 'Lived', kind: 'duration', of: ({ uptimeMs }) => uptimeMs },
  { label: 'Why', of: ({ reason }) => reason, show: reasonOf },
];

const REPLACEMENTS: readonly Column<Replacement>[] = [
  { label: 'When', kind: 'moment', of: ({ at }) => Date.parse(at), show: ({ at }) => moment(at) },
  { label: 'Place', kind: 'count', of: ({ slot }) => slot },
  { label: 'Outcome', kind: 'state', of: ({ outcome }) => outcome },
  { label: 'Why', of: ({ reason }) => reason },
  { label: 'Why not', of: ({ failure }) => failure, show: ({ failure }) => failure ?? '–' },
  { label: 'Before', of: ({ before }) => before.id, show: ({ before }) => figuresOf(before) },
  { label: 'After', of: ({ after }) => after?.id, show: ({ after }) => figuresOf(after) },
  { label: 'Took', kind: 'duration', of: ({ tookMs }) => tookMs },
];

/** Exits of workers, and replacements. */
export const exitsPage = page<Turnover>({
  name: 'exits',
  title: 'Exits and replacements',
  group: 'Now',
  about: 'How the latest workers ended and why, and which were replaced by plan.',
  isPerWorker: false,
  async load({ reports }) {
    const [{ workers }, exits, recycling] = await Promise.all([
      reports.workers(),
      reports.primary('exits'),
      reports.primary('recycling'),
    ]);
    const { history, underWay, options } = recycling as Recycling;
    const turnover = { exits: exits as Exit[], replacements: history, underWay, limits: options };
    return envelope(turnover, workers);
  },
  render({ data: { exits, replacements, underWay } }) {
    const now =
      underWay === null
        ? ''
        : html`<p>
            Under way in place ${underWay.slot}: ${underWay.reason}
            (${underWay.phase.toLowerCase()})
          </p>`;
    return html`${now}
    ${section('Replacements', table(REPLACEMENTS, replacements, { id: 'replacements', caption: 'Replacements', empty: 'No worker was replaced by plan.' }))}
    ${section('Exits', table(EXITS, exits, { id: 'exits', caption: 'Exits', empty: 'No worker has ended.' }))}`;
  },
});

function reasonOf({ reason, stack }: Exit): Html {
  if (stack === undefined) return html`${reason}`;
  return html`<details>
    <summary>${reason}</summary>
    <pre>${stack.join('\n')}</pre>
  </details>`;
}

function figuresOf(side: Side | null): Html {
  if (side === null) return html`–`;
  const { id, usage } = side;
  if (usage === null) return html`worker ${id}`;
  const { rssBytes, requests, loopDelayP99Ms } = usage;
  return html`worker ${id}: ${bytes(rssBytes)}, ${count(requests)} requests, loop late by
  ${duration(loopDelayP99Ms)}`;
}
