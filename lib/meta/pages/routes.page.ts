import type { RouteInfo } from '../../insight/routes.explorer.ts';
import { mergeReadable } from '../model/merge-readable.ts';
import { mergeRoutes, type RouteFigures } from '../model/route-figures.ts';
import { type Html, html } from '../view/html.ts';
import { meter, type MeterLevels, section } from '../view/parts.ts';
import { type Column, columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';

interface Route extends RouteInfo {
  /** Requests since the start, and over the last one to two minutes. */
  total: number;
  recent: RouteFigures | null;
}

const RECENT: readonly Column<RouteFigures>[] = [
  {
    label: 'Route',
    kind: 'code',
    of: ({ method, route }) => `${method} ${route}`,
    show: ({ method, route }) =>
      html`<a href="/requests?route=${encodeURIComponent(`${method} ${route}`)}"
        ><code>${method} ${route}</code></a
      >`,
  },
  { label: 'Requests', kind: 'count', of: ({ count }) => count },
  { label: 'Total time', kind: 'duration', of: ({ totalMs }) => totalMs },
  { label: 'Mean', kind: 'duration', of: ({ meanMs }) => meanMs },
  { label: 'p50', kind: 'duration', of: ({ p50Ms }) => p50Ms },
  { label: 'p95', kind: 'duration', of: ({ p95Ms }) => p95Ms },
  { label: 'Max', kind: 'duration', of: ({ maxMs }) => maxMs },
  {
    label: 'Failed',
    kind: 'count',
    of: ({ failed }) => failed,
    show: ({ failed, count }) =>
      failed === 0
        ? '0'
        : html`<strong class="poor">${failed}</strong>
            ${meter(failed / count, 'Failure rate', FAILURES)}`,
  },
];

/** Shares of failures that are a warning, and bad: none is usual. */
const FAILURES: MeterLevels = { fair: 0.001, poor: 0.05 };

/** Table of routes with their recent figures. */
export function routeTable(all: readonly RouteFigures[], id: string): Html {
  const rows = all.filter(({ count }) => count > 0);
  return table(RECENT, rows, { id, caption: 'Routes', empty: 'No requests in the last minutes.' });
}

const ALL = columnsOf<Route>({
  method: { label: 'Method', of: ({ method }) => method },
  path: { label: 'Path', kind: 'code', of: ({ path }) => path },
  handler: { label: 'Handler', kind: 'code', of: ({ handler }) => handler },
  guards: { label: 'Guards', of: ({ guards }) => guards },
  interceptors: { label: 'Interceptors', of: ({ interceptors }) => interceptors },
  total: { label: 'Requests', kind: 'count', of: ({ total }) => total },
  recent: [
    { label: 'p50', kind: 'duration', of: ({ recent }) => recent?.p50Ms },
    { label: 'p95', kind: 'duration', of: ({ recent }) => recent?.p95Ms },
    { label: 'Failed', kind: 'count', of: ({ recent }) => recent?.failed },
  ],
});

/** All routes, with handlers, counts and latencies. */
export const routesPage = page<Route[]>({
  name: 'routes',
  title: 'Routes',
  section: 'Requests',
  about: 'Every route of the application: its handler, requests and latency.',
  async load({ reports, worker }) {
    const [routes, traffic] = await Promise.all([
      reports.gather('routes', { worker }),
      reports.gather('traffic', { worker }),
    ]);
    const figures = new Map(
      mergeReadable(traffic.data, mergeRoutes).map((one) => {
        return [keyOf({ ...one, path: one.route }), one] as const;
      }),
    );
    const known = new Map<string, RouteInfo>();
    for (const route of routes.data.flatMap(({ value }) => value)) known.set(keyOf(route), route);
    const data = [...known].map(([key, route]) => {
      const recent = figures.get(key) ?? null;
      return Object.assign(route, { total: recent?.ever ?? 0, recent });
    });
    return { ...routes, data };
  },
  render({ data }) {
    const recent = data
      .flatMap((route) => route.recent ?? [])
      .toSorted((a, b) => b.totalMs - a.totalMs);
    return html`${section('Over the last minutes', routeTable(recent, 'recent-routes'))}
    ${section('All routes', table(ALL, data, { id: 'routes', caption: 'All routes', empty: 'No routes.', canFilter: true }))}`;
  },
});

function keyOf({ method, path }: { method: string; path: string }): string {
  return `${method} ${path}`;
}
