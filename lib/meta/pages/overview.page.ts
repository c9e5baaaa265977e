import type { PrimaryReports, WorkerReportName } from '../../reports/report-types.ts';
import type { Answers, GroupReports } from '../group-reports.provider.ts';
import { type HistoryPoint, mergeHistory } from '../model/history.ts';
import { type Evidence, findProblems, type Problem } from '../model/problems.ts';
import { mergeRoutes, type RouteFigures } from '../model/route-figures.ts';
import { bytes, count, duration, percent, rate } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { section, type Tile, tiles } from '../view/parts.ts';
import { historyCharts } from './history-charts.ts';
import { page } from './page.ts';
import { routeTable } from './routes.page.ts';
import { workerTable } from './workers.page.ts';

interface Overview {
  service: { name: string; version: string };
  problems: Problem[];
  ready: number;
  now: HistoryPoint | null;
  history: HistoryPoint[];
  workers: PrimaryReports['workers'];
  routes: RouteFigures[];
  waiting: number;
  shed: number;
}

const ROUTES_SHOWN = 8;

/** First page: problems, then traffic and load. */
export const overviewPage = page<Overview>({
  name: 'overview',
  title: 'Overview',
  group: 'Overview',
  about: 'Known problems, traffic and load.',
  async load({ reports, worker }) {
    const [pulse, evidence] = await Promise.all([
      reports.gather('pulse', { worker }),
      gatherEvidence(reports, worker),
    ]);
    const history = mergeHistory(pulse.data);
    const { queues, workers } = evidence;
    const data: Overview = {
      service: pulse.data[0]?.value.service ?? { name: '', version: '' },
      problems: findProblems({ ...evidence, missing: pulse.workers.missing }, Date.now()),
      ready: currentOf(workers).filter(({ state }) => state === 'READY').length,
      now: history.at(-1) ?? null,
      history,
      workers,
      routes: mergeRoutes(pulse.data)
        .filter(({ count: recent }) => recent > 0)
        .slice(0, ROUTES_SHOWN),
      waiting: queues.reduce((sum, { length }) => sum + length, 0),
      // Visitors of pages that are down say nothing about overload.
      shed: queues.reduce((sum, { shed }) => sum + shed.full + shed.age + shed.codel, 0),
    };
    return { ...pulse, data };
  },
  render({ data }) {
    return html`${problemList(data.problems)} ${tiles(tilesOf(data))} ${historyCharts(data.history)}
    ${section('Routes by total time', html`<p class="hint">Over the last minute or two; <a href="/routes">all routes</a>, <a href="/requests">slow and failed requests</a>.</p>`, routeTable(data.routes, 'routes'))}
    ${section('Workers', workerTable(data.workers))}`;
  },
});

async function gatherEvidence(
  reports: GroupReports,
  worker: number | undefined,
): Promise<Omit<Evidence, 'missing'>> {
  const gathered = async <K extends WorkerReportName>(name: K): Promise<Answers<K>> => {
    return (await reports.gather(name, { worker })).data;
  };
  const [workers, queues, admission, warnings, connections, readiness] = await Promise.all([
    reports.workers(),
    reports.acceptQueue(),
    gathered('admission'),
    gathered('warnings'),
    gathered('connections'),
    gathered('readiness'),
  ]);
  return {
    workers: workers.data.filter(({ id }) => worker === undefined || id === worker),
    queues: queues.data,
    admission,
    warnings,
    connections,
    readiness,
  };
}

function problemList(problems: readonly Problem[]): Html {
  if (problems.length === 0) {
    return html`<p class="all-well" role="status">No known problems</p>`;
  }
  return html`<ul class="problems" aria-label="Known problems">
    ${problems.map(
      ({ severity, text, href }) =>
        html`<li class="${severity}"><a href="${href}">${text}</a></li>`,
    )}
  </ul>`;
}

/** Filters current workers: a successor or a leaving worker has no slot of its own. */
function currentOf(workers: PrimaryReports['workers']): PrimaryReports['workers'] {
  return workers.filter(({ part }) => part === 'current');
}

function tilesOf({ service, ready, workers, now, waiting, shed }: Overview): Tile[] {
  const slots = currentOf(workers).length;
  const up = workers.flatMap(({ uptimeMs }) => uptimeMs ?? []);
  const upText = up.length === 0 ? '' : `uptime ${duration(Math.max(...up))}`;
  return [
    {
      label: 'Service',
      value: service.name === '' ? '–' : service.name,
      note: [service.version, upText].filter((text) => text !== '').join(', '),
      href: '/process',
    },
    {
      label: 'Workers ready',
      value: `${ready} of ${slots}`,
      tone: ready === slots ? 'good' : 'poor',
      href: '/workers',
    },
    ...trafficTiles(now),
    {
      label: 'Accept queue',
      value: count(waiting),
      note: `${count(shed)} shed since the start`,
      tone: waiting > 0 ? 'fair' : 'plain',
      href: '/accept-queue',
    },
    ...loadTiles(now),
  ];
}

function trafficTiles(now: HistoryPoint | null): Tile[] {
  const failed = now === null || now.requests === 0 ? 0 : now.failed / now.requests;
  return [
    {
      label: 'Requests',
      value: rate(now?.requests),
      note: `${count(now?.inFlight)} in flight`,
      href: '/requests',
    },
    {
      label: 'Latency (p50)',
      value: duration(now?.p50Ms),
      note: `p95 ${duration(now?.p95Ms)}`,
      href: '/routes',
    },
    {
      label: 'Failed',
      value: percent(failed),
      note: `${rate(now?.failed)} of answers`,
      tone: toneOf(failed, { fair: 0, poor: 0.05 }),
      href: '/errors',
    },
  ];
}

function loadTiles(now: HistoryPoint | null): Tile[] {
  return [
    {
      label: 'Event loop utilization',
      value: percent(now?.elu),
      note: `max lag ${duration(now?.lagMs)}`,
      tone: toneOf(now?.elu ?? 0, { fair: 0.7, poor: 0.9 }),
      href: '/runtime',
    },
    {
      label: 'RSS',
      value: bytes(now?.rssBytes),
      note: `heap ${bytes(now?.heapUsedBytes)}`,
      href: '/resources',
    },
  ];
}

function toneOf(value: number, from: { fair: number; poor: number }): 'poor' | 'fair' | 'plain' {
  if (value > from.poor) return 'poor';
  return value > from.fair ? 'fair' : 'plain';
}
