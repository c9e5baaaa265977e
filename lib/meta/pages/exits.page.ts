import type { PrimaryReports } from '../../reports/report-types.ts';
import { listParameters, Pager } from '../api/pager.ts';
import { envelope } from '../envelope.ts';
import { type ExitEvidence, exitEvidenceOf } from '../model/exit-evidence.ts';
import { bytes, count, duration, percent, rate, shortPaths } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { requestLink, section } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';
import { reloadFacts, stoppedFacts } from './reload-facts.ts';

type Exit = PrimaryReports['exits'][number];
type Recycling = PrimaryReports['recycling'];
type Replacement = Recycling['history'][number];

/** Exit of a worker, with what it left behind. */
type ExplainedExit = Exit & { evidence: ExitEvidence | null };

interface Turnover {
  exits: ExplainedExit[];
  replacements: Replacement[];
  underWay: Recycling['underWay'];
  /** Null: no reload is under way. */
  reload: Recycling['reload'];
  /** Null: the last reload replaced all workers, or there was none. */
  stoppedReload: Recycling['stoppedReload'];
  limits: Recycling['options'];
}

/** Rows of each list in an answer, unless it is asked for another number. */
const SHOWN = 100;

const EXITS = columnsOf<ExplainedExit>({
  at: { label: 'Ended', kind: 'moment', of: ({ at }) => Date.parse(at) },
  id: { label: 'Worker', kind: 'count', of: ({ id }) => id },
  slot: { label: 'Slot', kind: 'count', of: ({ slot }) => slot },
  pid: { label: 'PID', kind: 'count', of: ({ pid }) => pid, show: ({ pid }) => pid },
  uptimeMs: { label: 'Uptime', kind: 'duration', of: ({ uptimeMs }) => uptimeMs },
  cause: { label: 'Cause', of: ({ cause }) => cause },
  code: { label: 'Exit code', kind: 'count', of: ({ code }) => code },
  signal: { label: 'Signal', of: ({ signal }) => signal },
  reason: { label: 'Reason', of: ({ reason }) => reason, show: reasonOf },
  stack: 'elsewhere',
  evidence: {
    label: 'Evidence',
    of: ({ evidence }) => evidence?.error?.message,
    show: ({ evidence }) => (evidence === null ? '–' : evidenceView(evidence)),
  },
});

const REPLACEMENTS = columnsOf<Replacement>({
  at: { label: 'When', kind: 'moment', of: ({ at }) => Date.parse(at) },
  slot: { label: 'Slot', kind: 'count', of: ({ slot }) => slot },
  outcome: { label: 'Outcome', kind: 'state', of: ({ outcome }) => outcome },
  kind: { label: 'Kind', of: ({ kind }) => kind },
  reason: { label: 'Reason', of: ({ reason }) => reason },
  value: {
    label: 'Measured',
    of: ({ value }) => value,
    show: (row) => figureOf(row.kind, row.value),
  },
  limit: { label: 'Limit', of: ({ limit }) => limit, show: (row) => figureOf(row.kind, row.limit) },
  failure: { label: 'Failure', of: ({ failure }) => failure },
  before: {
    label: 'Before',
    of: ({ before }) => before.id,
    show: ({ before }) => figuresOf(before),
  },
  after: { label: 'After', of: ({ after }) => after?.id, show: ({ after }) => figuresOf(after) },
  tookMs: { label: 'Duration', kind: 'duration', of: ({ tookMs }) => tookMs },
});

const UNDER_WAY = columnsOf<Recycling['underWay'][number]>({
  slot: { label: 'Slot', kind: 'count', of: ({ slot }) => slot },
  phase: { label: 'Phase', kind: 'state', of: ({ phase }) => phase },
  reason: { label: 'Reason', of: ({ reason }) => reason },
});

/** Exits of workers, and replacements. */
export const exitsPage = page<Turnover>({
  name: 'exits',
  title: 'Exits and replacements',
  section: 'Workers',
  about: 'Latest exits of workers with their reasons, and planned replacements.',
  isPerWorker: false,
  parameters: listParameters(SHOWN),
  async load({ reports, history: past, query }) {
    const [{ workers }, exits, recycling] = await Promise.all([
      reports.workers(),
      reports.primary('exits'),
      reports.primary('recycling'),
    ]);
    const { history, underWay, reload, options } = recycling;
    // A primary of an older release, during an upgrade, does not say.
    const { stoppedReload = null } = recycling as Partial<Recycling>;
    const pager = new Pager(query, SHOWN);
    const data = {
      exits: pager
        .take('exits', exits, ({ at, id }) => ({ rank: Date.parse(at), tie: `${id}` }))
        .map((exit) => {
          const left = { ...reports.kept.leftBy(exit.id), pulse: past.lastOf(exit.id) };
          return Object.assign(exit, { evidence: exitEvidenceOf(left, Date.parse(exit.at)) });
        }),
      replacements: pager.take('replacements', history, ({ at, slot, kind }) => {
        return { rank: Date.parse(at), tie: `${slot} ${kind}` };
      }),
      underWay,
      reload,
      stoppedReload,
      limits: options,
    };
    return { ...envelope(data, workers), next: pager.next };
  },
  render({ data: { exits, replacements, underWay, reload, stoppedReload } }) {
    const now = [
      reload === null ? '' : section('Reload', reloadFacts(reload)),
      stoppedReload === null ? '' : section('Stopped reload', stoppedFacts(stoppedReload)),
      underWay.length === 0 ? '' : section('In progress', underWayTable(underWay)),
    ];
    return html`${now}
    ${section('Replacements', table(REPLACEMENTS, replacements, { id: 'replacements', caption: 'Replacements', empty: 'No planned replacements.' }))}
    ${section('Exits', table(EXITS, exits, { id: 'exits', caption: 'Exits', empty: 'No exits.' }))}`;
  },
});

function underWayTable(underWay: Recycling['underWay']): Html {
  return table(UNDER_WAY, underWay, {
    id: 'under-way',
    caption: 'Replacements in progress',
    empty: 'No replacement is in progress.',
  });
}

function evidenceView({ error, requests, pulse }: ExitEvidence): Html {
  const thrown =
    error === null
      ? ''
      : html`<details>
          <summary>${error.name}: ${error.message}</summary>
          <pre>${shortPaths(error.stack)}</pre>
        </details>`;
  const atWork = requests.map(
    ({ id, method, route }) => html`<p>${method} ${route}, ${requestLink(id)}</p>`,
  );
  const figures =
    pulse === null
      ? ''
      : html`<p>
          ${rate(pulse.requests)}, loop ${percent(pulse.elu)}, lag ${duration(pulse.lagMs)}, RSS
          ${bytes(pulse.rssBytes)}
        </p>`;
  return html`${thrown}${atWork}${figures}`;
}

function reasonOf({ reason, stack }: Exit): Html {
  if (stack === undefined) return html`${reason}`;
  return html`<details>
    <summary>${reason}</summary>
    <pre>${stack.join('\n')}</pre>
  </details>`;
}

/** Value found and its limit, in the unit of the measurement. */
function figureOf(kind: Replacement['kind'], value: number | null): string {
  if (value === null) return '–';
  if (kind === 'memory' || kind === 'hard-memory') return bytes(value);
  return kind === 'age' || kind === 'loop-delay' ? duration(value) : count(value);
}

function figuresOf(side: Replacement['after']): Html {
  if (side === null) return html`–`;
  const { id, usage } = side;
  if (usage === null) return html`worker ${id}`;
  const { rssBytes, requests, loopDelayP99Ms } = usage;
  return html`worker ${id}: ${bytes(rssBytes)}, ${count(requests)} requests, event loop lag
  ${duration(loopDelayP99Ms)}`;
}
