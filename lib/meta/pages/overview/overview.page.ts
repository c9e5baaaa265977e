import type { ServiceName } from '../../../common/files/package-file.ts';
import type { PrimaryReports } from '../../../reports/report-types.ts';
import type { HistoryPoint, Lane } from '../../history/group-history.ts';
import { WINDOW, type WindowName, windowOf, WINDOWS } from '../../history/history-window.ts';
import { ofApplication } from '../../history/queue-track.ts';
import type { Incident } from '../../incidents/incident-log.ts';
import { chartMarks } from '../../journal/chart-marks.ts';
import { mergeReadable } from '../../model/merge-readable.ts';
import { mergeRoutes, type RouteFigures } from '../../model/route-figures.ts';
import type { ChartMark } from '../../view/chart.ts';
import { html } from '../../view/html.ts';
import { section, tiles } from '../../view/parts.ts';
import { historyCharts } from '../history-charts.ts';
import { page } from '../page.ts';
import { reloadNote, type ReloadReport } from '../reload-facts.ts';
import { routeTable } from '../routes.page.ts';
import { workerTable } from '../workers.page.ts';
import { incidentCards } from './incident-cards.ts';
import { laneTable } from './lane-table.ts';
import { overviewTiles } from './overview-tiles.ts';

interface Overview {
  service: ServiceName;
  group: PrimaryReports['group'];
  /** Problems that last, the worst first; then those that ended within half an hour. */
  incidents: Incident[];
  ready: number;
  /** Length of the history. */
  window: WindowName;
  now: HistoryPoint | null;
  history: HistoryPoint[];
  lanes: Lane[];
  /** Events in the range, which the charts mark. */
  marks: ChartMark[];
  workers: PrimaryReports['workers'];
  routes: RouteFigures[];
  waiting: number;
  /** Private memory of the worker with the most, and its limit. */
  memory: { worstBytes: number; limitBytes: number | null };
  /** Connections shed since the start. */
  shed: number;
  /** Null: no reload is under way. */
  reload: ReloadReport | null;
}

const ROUTES_SHOWN = 8;

/** Span in which a latest second is looked for. */
const NOW_MS = 10_000;

/** First page: what is wrong, then traffic and load. */
export const overviewPage = page<Overview>({
  name: 'overview',
  title: 'Overview',
  section: 'Overview',
  about: 'Known problems, traffic and load.',
  parameters: { window: WINDOW },
  async load({ reports, history, incidents, journal, worker, query }) {
    const window = windowOf(query);
    const [group, busiest, found, workers, queues, events, recycling] = await Promise.all([
      reports.primary('group'),
      reports.gather('busiest-routes', { worker }),
      incidents.look(),
      reports.workers(),
      reports.acceptQueue(),
      journal.entries(),
      reports.primary('recycling'),
    ]);
    const now = Date.now();
    const own = ofApplication(queues.data);
    const shown = workers.data.filter(({ id }) => worker === undefined || id === worker);
    const data: Overview = {
      service: history.service,
      group,
      incidents: found.filter((one) => isOf(one, worker)),
      ready: currentOf(workers.data).filter(({ state }) => state === 'READY').length,
      window,
      now: history.points(now, NOW_MS).at(-1) ?? null,
      history: history.points(now, WINDOWS[window]),
      lanes: history.lanes(now, WINDOWS['5m']).filter(({ slot }) => {
        return worker === undefined || shown.some((one) => one.slot === slot);
      }),
      marks: chartMarks(events, now - WINDOWS[window]),
      workers: shown,
      routes: mergeReadable(busiest.data, mergeRoutes)
        .filter(({ count: recent }) => recent > 0)
        .slice(0, ROUTES_SHOWN),
      memory: {
        worstBytes: Math.max(0, ...workers.data.map(({ privateBytes }) => privateBytes ?? 0)),
        limitBytes: recycling.options?.maxRssBytes ?? null,
      },
      waiting: own.reduce((sum, { length }) => sum + length, 0),
      shed: own.reduce((sum, { shed }) => sum + shed.full + shed.age + shed.codel, 0),
      reload: recycling.reload,
    };
    return { ...busiest, data };
  },
  render({ data }) {
    return html`${incidentCards(data.incidents, Date.now())} ${reloadNote(data.reload)}
    ${tiles(overviewTiles(data))}
    ${section('Event loops over 5 minutes', laneTable(data.lanes, currentOf(data.workers)))}
    ${historyCharts(data.history, data.marks)}
    ${section('Routes by total time', html`<p class="hint">Over the last minute or two; <a href="/routes">all routes</a>, <a href="/requests">slow and failed requests</a>.</p>`, routeTable(data.routes, 'routes'))}
    ${section('Workers', workerTable(data.workers))}`;
  },
});

function isOf({ workers }: Incident, worker: number | undefined): boolean {
  return worker === undefined || workers === undefined || workers.includes(worker);
}

/** Filters current workers: a successor or a leaving worker has no slot of its own. */
function currentOf(workers: PrimaryReports['workers']): PrimaryReports['workers'] {
  return workers.filter(({ part }) => part === 'current');
}
