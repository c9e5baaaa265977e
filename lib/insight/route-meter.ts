import { rounded } from '../common/rounded.ts';
import { bucketOf, BUCKETS, pairsOf } from './latency-buckets.ts';

/** Figures of a route over the last one to two minutes. */
export interface RouteRow {
  method: string;
  route: string;
  /** Requests since the start; all other figures cover the last minutes. */
  ever: number;
  count: number;
  /** Answered with 500 or above. */
  failed: number;
  totalMs: number;
  maxMs: number;
  /** Pairs of bucket and count: see latency-buckets. */
  buckets: number[];
}

interface Counts {
  count: number;
  failed: number;
  totalMs: number;
  maxMs: number;
  readonly buckets: Uint32Array;
}

interface Meter {
  readonly method: string;
  readonly route: string;
  ever: number;
  present: Counts;
  before: Counts;
}

/** Maximum number of routes; requests of further ones are not counted. */
const MAX_ROUTES = 1_000;

/** Counts requests by route, over two spans, so that figures are never empty or stale. */
export class RouteMeter {
  readonly #byMethod = new Map<string, Map<string, Meter>>();
  #size = 0;

  record(method: string, route: string, { ms, status }: { ms: number; status: number }): void {
    const meter = this.#byMethod.get(method)?.get(route) ?? this.#create(method, route);
    if (meter === undefined) return;
    const { present } = meter;
    meter.ever++;
    present.count++;
    present.totalMs += ms;
    if (status >= 500) present.failed++;
    if (ms > present.maxMs) present.maxMs = ms;
    const bucket = bucketOf(ms);
    present.buckets[bucket] = (present.buckets[bucket] ?? 0) + 1;
  }

  /** Ends the current span. */
  rotate(): void {
    for (const routes of this.#byMethod.values()) {
      for (const meter of routes.values()) {
        meter.before = meter.present;
        meter.present = nothing();
      }
    }
  }

  rows(): RouteRow[] {
    return this.#meters().map(rowOf);
  }

  /** Rows of the routes with the most time in all. */
  busiest(limit: number): RouteRow[] {
    const byTime = this.#meters().toSorted((a, b) => totalMsOf(b) - totalMsOf(a));
    return byTime.slice(0, limit).map(rowOf);
  }

  #meters(): Meter[] {
    return Array.from(this.#byMethod.values(), (routes) => Array.from(routes.values())).flat();
  }

  #create(method: string, route: string): Meter | undefined {
    if (this.#size >= MAX_ROUTES) return undefined;
    this.#size++;
    const meter = { method, route, ever: 0, present: nothing(), before: nothing() };
    const routes = this.#byMethod.get(method) ?? new Map<string, Meter>();
    this.#byMethod.set(method, routes.set(route, meter));
    return meter;
  }
}

function totalMsOf({ present, before }: Meter): number {
  return present.totalMs + before.totalMs;
}

function rowOf({ method, route, ever, present, before }: Meter): RouteRow {
  return {
    method,
    route,
    ever,
    count: present.count + before.count,
    failed: present.failed + before.failed,
    totalMs: Math.round(present.totalMs + before.totalMs),
    maxMs: rounded(Math.max(present.maxMs, before.maxMs), 2),
    buckets: pairsOf(present.buckets.map((own, at) => own + (before.buckets[at] ?? 0))),
  };
}

function nothing(): Counts {
  return { count: 0, failed: 0, totalMs: 0, maxMs: 0, buckets: new Uint32Array(BUCKETS) };
}
