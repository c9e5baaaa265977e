import type { RouteRow } from '../../insight/route-meter.ts';
import type { WorkerAnswer } from '../envelope.ts';
import { Latency } from './latency.ts';

/** Figures of a route over the last one to two minutes, from all workers. */
export interface RouteFigures {
  method: string;
  route: string;
  /** Requests since the start; all other figures cover the last minutes. */
  ever: number;
  count: number;
  failed: number;
  /** Sum of the durations of its requests. */
  totalMs: number;
  meanMs: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  maxMs: number;
}

/** Adds up the workers' figures by route; sorts by total time, highest first. */
export function mergeRoutes(
  answers: readonly WorkerAnswer<{ routes: readonly RouteRow[] }>[],
): RouteFigures[] {
  const byName = new Map<string, { row: RouteRow; latency: Latency }>();
  for (const { value } of answers) for (const row of value.routes) addRow(byName, row);
  const figures = [...byName.values()].map(({ row, latency }) => ({
    method: row.method,
    route: row.route,
    ever: row.ever,
    count: row.count,
    failed: row.failed,
    totalMs: row.totalMs,
    meanMs: row.count === 0 ? 0 : row.totalMs / row.count,
    p50Ms: latency.quantile(0.5, row.maxMs),
    p95Ms: latency.quantile(0.95, row.maxMs),
    p99Ms: latency.quantile(0.99, row.maxMs),
    maxMs: row.maxMs,
  }));
  return figures.toSorted((a, b) => b.totalMs - a.totalMs);
}

function addRow(byName: Map<string, { row: RouteRow; latency: Latency }>, row: RouteRow): void {
  const name = `${row.method} ${row.route}`;
  const known = byName.get(name) ?? { row: nothingOf(row), latency: new Latency() };
  known.row.ever += row.ever;
  known.row.count += row.count;
  known.row.failed += row.failed;
  known.row.totalMs += row.totalMs;
  known.row.maxMs = Math.max(known.row.maxMs, row.maxMs);
  known.latency.add(row.buckets);
  byName.set(name, known);
}

function nothingOf({ method, route }: RouteRow): RouteRow {
  return { method, route, ever: 0, count: 0, failed: 0, totalMs: 0, maxMs: 0, buckets: [] };
}
