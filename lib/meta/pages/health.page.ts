import { type Envelope, envelope } from '../envelope.ts';
import {
  type HealthCheck,
  healthChecks,
  type HealthOfWorker,
  healthOfWorkers,
} from '../model/health.ts';
import { mergeReadable } from '../model/merge-readable.ts';
import { badge } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { section, type Tile, tiles } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { type HealthReport, groupHealthFacts } from './group-health.ts';
import { page } from './page.ts';
import { READINESS_TIMEOUT_MS } from './readiness.page.ts';

interface Health {
  /** Answer of `/readyz`. */
  isReady: boolean;
  /** Null: a primary of an older release, during an upgrade, has none. */
  group: HealthReport | null;
  workers: HealthOfWorker[];
  checks: HealthCheck[];
}

const WORKERS = columnsOf<HealthOfWorker>({
  id: { label: 'Worker', kind: 'count', of: ({ id }) => id },
  slot: { label: 'Slot', kind: 'count', of: ({ slot }) => slot },
  state: { label: 'State', kind: 'state', of: ({ state }) => state },
  isReady: {
    label: 'Readiness checks',
    kind: 'state',
    of: ({ isReady }) => isReady,
    show: ({ isReady }) => (isReady === null ? badge('no answer') : badge(isReady ? 'up' : 'down')),
  },
  failure: { label: 'Reason', of: ({ failure }) => failure },
});

const CHECKS = columnsOf<HealthCheck>({
  kind: { label: 'Kind', of: ({ kind }) => kind },
  name: { label: 'Check', kind: 'code', of: ({ name }) => name },
  status: { label: 'State', kind: 'state', of: ({ status }) => status },
  counts: {
    label: 'Counts',
    of: ({ counts }) => (counts ? 'yes' : 'no'),
    help: '"no": a failure does not affect readiness',
  },
  errors: { label: 'Reason', of: ({ errors }) => errors.join('; ') },
  down: { label: 'Fails in workers', of: ({ down }) => down.join(', ') },
  up: { label: 'Passes in workers', of: ({ up }) => up.join(', ') },
  tookMs: { label: 'Duration', kind: 'duration', of: ({ tookMs }) => tookMs },
  at: { label: 'Checked', kind: 'moment', of: ({ at }) => at },
});

/** Readiness and liveness of the group, of its workers and of their checks. */
export const healthPage = page<Health>({
  name: 'health',
  title: 'Health',
  section: 'Overview',
  about: 'Answers of /readyz and /livez, and the checks of the application that decide them.',
  async load({ reports, worker }): Promise<Envelope<Health>> {
    const [isReady, group, rows, readiness, liveness] = await Promise.all([
      reports.isReady(),
      reports.primary('health').catch(() => null),
      reports.workers(),
      reports.gather('readiness', { worker, timeoutMs: READINESS_TIMEOUT_MS }),
      reports.gather('liveness', { worker }),
    ]);
    const own = rows.data.filter(({ id }) => worker === undefined || id === worker);
    const health = {
      isReady,
      group,
      workers: mergeReadable(readiness.data, (all) => healthOfWorkers(own, all)),
      checks: mergeReadable(readiness.data, (ready) =>
        mergeReadable(liveness.data, (live) => healthChecks(ready, live)),
      ),
    };
    return envelope(health, readiness.workers);
  },
  render({ data: { isReady, group, workers, checks } }) {
    return html`${tiles(tilesOf(isReady, checks))} ${group === null ? '' : groupHealthFacts(group)}
    ${section('Checks', table(CHECKS, checks, { id: 'health-checks', caption: 'Checks', empty: 'The application has no checks: @ReadinessCheck(), @LivenessCheck().' }))}
    ${section('Workers', table(WORKERS, workers, { id: 'health-workers', caption: 'Workers', empty: 'No workers.' }))}
    ${links()}`;
  },
});

function tilesOf(isReady: boolean, checks: readonly HealthCheck[]): Tile[] {
  const failing = (kind: HealthCheck['kind']): HealthCheck[] => {
    return checks.filter((one) => one.kind === kind && one.status === 'down' && one.counts);
  };
  const living = failing('liveness');
  return [
    {
      label: '/readyz',
      value: isReady ? 'ready' : 'not ready',
      note: isReady ? 'answers 200' : 'answers 503',
      tone: isReady ? 'good' : 'poor',
    },
    {
      label: '/livez',
      value: 'ok',
      note: 'answers 200: the primary accepts connections',
      tone: 'good',
    },
    checkTile('Readiness checks', failing('readiness')),
    checkTile('Liveness checks', living),
  ];
}

function checkTile(label: string, failing: readonly HealthCheck[]): Tile {
  return {
    label,
    value: failing.length === 0 ? 'none failing' : `${failing.length} failing`,
    note: failing.map(({ name }) => name).join(', '),
    tone: failing.length === 0 ? 'plain' : 'poor',
  };
}

function links(): Html {
  return html`<p class="hint">
    Each outcome by worker: <a href="/readiness">readiness</a>, <a href="/liveness">liveness</a>.
  </p>`;
}
