import type { PulsePoint } from '../../insight/pulse.ts';
import type { WorkerAnswer } from '../group-reports.provider.ts';
import { Latency } from './latency.ts';

/** Figures of all workers over one second. */
export interface HistoryPoint {
  at: number;
  requests: number;
  failed: number;
  inFlight: number;
  /** Mean over the workers. */
  elu: number;
  /** Maximum over the workers. */
  lagMs: number;
  cpu: number;
  rssBytes: number;
  heapUsedBytes: number;
  p50Ms: number | null;
  p95Ms: number | null;
  workers: number;
}

const SECOND_MS = 1_000;

/** Merges the workers' points by second: workers do not measure at the same moment. */
export function mergeHistory(
  answers: readonly WorkerAnswer<{ points: readonly PulsePoint[] }>[],
): HistoryPoint[] {
  const bySecond = new Map<number, PulsePoint[]>();
  for (const { value } of answers) {
    for (const point of value.points) {
      const second = Math.floor(point.at / SECOND_MS);
      const others = bySecond.get(second);
      if (others === undefined) bySecond.set(second, [point]);
      else others.push(point);
    }
  }
  const seconds = [...bySecond].toSorted(([a], [b]) => a - b);
  // Omits an incomplete last second, which would look like a drop in traffic.
  const isWhole = (points: readonly PulsePoint[]): boolean => points.length >= answers.length;
  const last = seconds.at(-1);
  if (last !== undefined && !isWhole(last[1])) seconds.pop();
  return seconds.map(([second, points]) => together(second * SECOND_MS, points));
}

function together(at: number, points: readonly PulsePoint[]): HistoryPoint {
  const latency = new Latency();
  for (const point of points) latency.add(point.latency);
  const sum = (of: (point: PulsePoint) => number): number => {
    return points.reduce((total, point) => total + of(point), 0);
  };
  return {
    at,
    requests: sum((point) => point.requests),
    failed: sum((point) => point.failed),
    inFlight: sum((point) => point.inFlight),
    elu: sum((point) => point.elu) / points.length,
    lagMs: Math.max(...points.map((point) => point.lagMs)),
    cpu: sum((point) => point.cpu),
    rssBytes: sum((point) => point.rssBytes),
    heapUsedBytes: sum((point) => point.heapUsedBytes),
    p50Ms: latency.quantile(0.5),
    p95Ms: latency.quantile(0.95),
    workers: points.length,
  };
}
