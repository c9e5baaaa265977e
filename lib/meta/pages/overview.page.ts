import { readLastStack } from '../../common/last-stack.ts';
import { privateDirectoryIfAny } from '../../common/private-directory.ts';
import type { PrimaryReports, WorkerReportName } from '../../reports/report-types.ts';
import type { Answers, GroupReports } from '../group-reports.provider.ts';
import type { GroupHistory, HistoryPoint, Lane } from '../history/group-history.ts';
import { type WindowName, windowOf, WINDOWS } from '../history/history-window.ts';
import { type Evidence, findProblems, type Problem } from '../model/problems.ts';
import { mergeRoutes, type RouteFigures } from '../model/route-figures.ts';
import { badge, bytes, count, duration, moment, percent, rate } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { laneKey, laneStrip } from '../view/lanes.ts';
import { requestLink, section, type Tile, tiles } from '../view/parts.ts';
import { sparkline } from '../view/sparkline.ts';
import { historyCharts } from './history-charts.ts';
import { page } from './page.ts';
import { routeTable } from './routes.page.ts';
import { workerTable } from './workers.page.ts';

interface Overview {
  service: { name: string; version: string };
  problems: Problem[];
  ready: number;
  /** Length of the history. */
  window: WindowName;
  now: HistoryPoint | null;
  history: HistoryPoint[];
  lanes: Lane[];
  workers: PrimaryReports['workers'];
  routes: RouteFigures[];
  waiting: number;
  /** Connections shed since the start. */
  shed: number;
}

const ROUTES_SHOWN = 8;

/** First page: problems, then traffic and load. */
export const overviewPage = page<Overview>({
  name: 'overview',
  title: 'Overview',
  group: 'Overview',
  about: 'Known problems, traffic and load.',
  async load({ reports, history: kept, worker, query }) {
    const window = windowOf(query);
    const [pulse, evidence] = await Promise.all([
      reports.gather('pulse', { worker }),
      gatherEvidence(reports, worker),
    ]);
    const now = Date.now();
    const { queues, workers } = evidence;
    const data: Overview = {
      service: kept.service,
      problems: findProblems(
        { ...evidence, missing: pulse.workers.missing, shed: shedLately(kept, now) },
        now,
      ),
      ready: currentOf(workers).filter(({ state }) => state === 'READY').length,
      window,
      now: kept.points(now, NOW_MS).at(-1) ?? null,
      history: kept.points(now, WINDOWS[window]),
      lanes: kept.lanes(now, WINDOWS['5m']),
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
    return html`${problemList(data.problems)} ${tiles(tilesOf(data))} ${windowChoice(data.window)}
    ${historyCharts(data.history)} ${section('Event loops over 5 minutes', laneTable(data))}
    ${section('Routes by total time', html`<p class="hint">Over the last minute or two; <a href="/routes">all routes</a>, <a href="/requests">slow and failed requests</a>.</p>`, routeTable(data.routes, 'routes'))}
    ${section('Workers', workerTable(data.workers))}`;
  },
});

/** Span in which a latest second is looked for. */
const NOW_MS = 10_000;

function windowChoice(chosen: WindowName): Html {
  return html`<p class="range" role="group" aria-label="Range">
    ${Object.keys(WINDOWS).map((name) =>
      name === chosen
        ? html`<a href="/?window=${name}" aria-current="true">${name}</a>`
        : html`<a href="/?window=${name}">${name}</a>`,
    )}
  </p>`;
}

function laneTable({ lanes, workers }: Overview): Html {
  if (lanes.length === 0) return html`<p class="empty">No worker has reported yet.</p>`;
  const rows = lanes.map((lane) => {
    const row = currentOf(workers).find(({ slot }) => slot === lane.slot);
    return html`<tr>
      <td class="number">${lane.slot}</td>
      <td class="number">${row?.id ?? '–'}</td>
      <td class="state">${badge(row?.state ?? 'EXITED')}</td>
      <td>${laneStrip(lane)}</td>
    </tr>`;
  });
  return html`<div class="scroll">
      <table>
        <caption>
          Event loops by the second
        </caption>
        <thead>
          <tr>
            <th scope="col" class="number">Slot</th>
            <th scope="col" class="number">Worker</th>
            <th scope="col">State</th>
            <th scope="col">Event loop</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${laneKey()}`;
}

async function gatherEvidence(
  reports: GroupReports,
  worker: number | undefined,
): Promise<Omit<Evidence, 'missing' | 'shed'>> {
  const gathered = async <K extends WorkerReportName>(name: K): Promise<Answers<K>> => {
    return (await reports.gather(name, { worker })).data;
  };
  const [workers, queues, admission, warnings, connections, readiness, blocked] = await Promise.all(
    [
      reports.workers(),
      reports.acceptQueue(),
      gathered('admission'),
      gathered('warnings'),
      gathered('connections'),
      gathered('readiness'),
      gathered('blocked-loop'),
    ],
  );
  return {
    workers: workers.data.filter(({ id }) => worker === undefined || id === worker),
    queues: queues.data,
    admission,
    warnings,
    connections,
    readiness,
    blocked,
    stacks: stacksOf(workers.data),
  };
}

/** Stacks that sentinels have left of workers whose event loop is blocked. */
function stacksOf(workers: PrimaryReports['workers']): Map<number, string[]> {
  const directory = privateDirectoryIfAny();
  return new Map(
    workers.flatMap(({ id, state }) => {
      if (id === null || state !== 'STALLED') return [];
      const stack = readLastStack(directory, id);
      return stack === undefined ? [] : [[id, stack] as const];
    }),
  );
}

/** Connections shed in the last half minute. */
function shedLately(history: GroupHistory, now: number): number {
  const points = history.points(now, SHED_MS);
  return Math.round(points.reduce((sum, { shed }) => sum + (shed ?? 0), 0));
}

const SHED_MS = 30_000;

function problemList(problems: readonly Problem[]): Html {
  if (problems.length === 0) {
    return html`<p class="all-well" role="status">No known problems</p>`;
  }
  return html`<ul class="problems" aria-label="Known problems">
    ${problems.map(problemCard)}
  </ul>`;
}

function problemCard({ severity, text, href, cause, stack, requestId, at }: Problem): Html {
  const when = at === undefined ? '' : html` <span class="unit">${moment(at)}</span>`;
  const why = cause === undefined ? '' : html`<p>by <code>${cause}</code></p>`;
  const request = requestId === undefined ? '' : html`<p>in request ${requestLink(requestId)}</p>`;
  const frames =
    stack === undefined || stack.length === 0
      ? ''
      : html`<details>
          <summary>Stack</summary>
          <pre>${stack.join('\n')}</pre>
        </details>`;
  return html`<li class="${severity}">
    <a href="${href}">${text}</a>${when}${why}${request}${frames}
  </li>`;
}

/** Filters current workers: a successor or a leaving worker has no slot of its own. */
function currentOf(workers: PrimaryReports['workers']): PrimaryReports['workers'] {
  return workers.filter(({ part }) => part === 'current');
}

function tilesOf(overview: Overview): Tile[] {
  return [
    ...groupTiles(overview),
    ...trafficTiles(overview),
    shedTile(overview),
    ...loadTiles(overview),
  ];
}

function groupTiles({ service, ready, workers }: Overview): Tile[] {
  const slots = currentOf(workers).length;
  const up = workers.flatMap(({ uptimeMs }) => uptimeMs ?? []);
  const upText = up.length === 0 ? '' : `oldest worker ${duration(Math.max(...up))}`;
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
  ];
}

type Trend = (of: (point: HistoryPoint) => number | null, line?: number) => Html;

function trendOf(history: readonly HistoryPoint[]): Trend {
  return (of, line) => sparkline(history.map(of), line);
}

function trafficTiles({ now, history }: Overview): Tile[] {
  const trend = trendOf(history);
  const failed = failedShare(now);
  return [
    {
      label: 'Requests',
      value: rate(now?.requests),
      note: `${count(now?.inFlight)} in flight${staleNote(now)}`,
      href: '/requests',
      trend: trend(({ requests }) => requests),
    },
    {
      label: 'Failed (5xx)',
      value: failed === null ? '–' : percent(failed),
      note: `${rate(now?.failed)} of answers`,
      tone: failed === null ? 'plain' : toneOf(failed, { fair: 0, poor: 0.05 }),
      href: '/errors',
      trend: trend((point) => point.failed, 4),
    },
    {
      label: 'Latency p50 / p99',
      value: `${duration(now?.p50Ms)} / ${duration(now?.p99Ms)}`,
      note: `p95 ${duration(now?.p95Ms)}`,
      href: '/routes',
      trend: trend(({ p99Ms }) => p99Ms, 1),
    },
  ];
}

function shedTile({ now, history, waiting, shed }: Overview): Tile {
  return {
    label: 'Connections shed',
    value: rate(now?.shed),
    note: `${count(waiting)} waiting, ${count(shed)} shed since the start`,
    tone: toneOf(now?.shed ?? 0, { fair: 0, poor: 0 }),
    href: '/overload',
    trend: trendOf(history)((point) => point.shed, 4),
  };
}

/** Share of answers; null: nothing was answered, which is not the same as nothing failed. */
function failedShare(now: HistoryPoint | null): number | null {
  return now === null || now.requests === 0 ? null : now.failed / now.requests;
}

/** Says that figures of silent workers are those that they told last. */
function staleNote(now: HistoryPoint | null): string {
  if (now === null || now.stale === 0) return '';
  return `, ${now.stale} of ${now.workers} workers silent`;
}

function loadTiles({ now, history }: Overview): Tile[] {
  const trend = trendOf(history);
  return [
    {
      label: 'Event loop lag',
      value: duration(now?.lagMs),
      note: `worst worker; utilization ${percent(now?.elu)}`,
      tone: toneOf(now?.lagMs ?? 0, { fair: 100, poor: 500 }),
      href: '/blocked-loop',
      trend: trend(({ lagMs }) => lagMs, 1),
    },
    {
      label: 'RSS',
      value: bytes(now?.rssBytes),
      note: `heap ${bytes(now?.heapUsedBytes)}`,
      href: '/resources',
      trend: trend(({ rssBytes }) => rssBytes),
    },
  ];
}

function toneOf(value: number, from: { fair: number; poor: number }): 'poor' | 'fair' | 'plain' {
  if (value > from.poor) return 'poor';
  return value > from.fair ? 'fair' : 'plain';
}
