import { whole } from '../common/options/kinds.ts';
import type { HookReply, HookRequest } from '../common/request-hooks.ts';
import type { ManagedContext } from '../context/managed-context.ts';
import type { DefinedSetting, Settings } from '../reports/settings.ts';
import { Ring } from '../stats/ring.ts';
import {
  type EndedRecord,
  endedRecordOf,
  type LiveRecord,
  liveRecordOf,
  routeOf,
  statusOf,
} from './request-record.ts';
import { RouteMeter } from './route-meter.ts';

/** Lower bounds of the latency classes. */
export const CLASSES_MS = [0, 10, 30, 100, 300, 1_000, 3_000, 10_000] as const;

/** Requests kept per latency class, and failed requests kept. */
const PER_CLASS = 10;
const FAILED = 50;

/** Sampling interval of the fastest class: recording costs time, and fast requests show little. */
const FAST_ONE_IN = 64;

/** Setting of that interval. */
export function defineFastOneIn(settings: Settings): DefinedSetting<number> {
  return settings.define('requests.fastOneIn', FAST_ONE_IN, {
    kind: whole({ min: 1, max: 1_000_000 }),
    summary: 'Of requests faster than 10 ms, one in so many is kept for the page of requests',
  });
}

/** Maximum number of requests in flight that are tracked, and that a report lists. */
const MAX_LIVE = 10_000;
const MAX_TOLD = 200;

/** Recent requests of one latency class. */
export interface LatencyClass {
  fromMs: number;
  requests: EndedRecord[];
}

export interface RequestsReport {
  inFlight: number;
  /** Oldest first. */
  live: LiveRecord[];
  failed: EndedRecord[];
  classes: LatencyClass[];
  routes: ReturnType<RouteMeter['rows']>;
}

/** Called for every tracked request that has ended. */
export type EndListener = (ms: number, status: number) => void;

interface Live {
  readonly context: ManagedContext;
  readonly request: HookRequest;
}

/**
 * Tracks requests in flight and samples ended ones: the latest of each latency class, as
 * golang.org/x/net/trace does, so that the many fast ones do not displace the rare slow ones.
 */
export class RequestLog {
  readonly routes = new RouteMeter();
  readonly #live = new Set<Live>();
  readonly #failed = new Ring<EndedRecord>(FAILED);
  readonly #classes = CLASSES_MS.map(() => new Ring<EndedRecord>(PER_CLASS));
  readonly #onEnd: EndListener;
  readonly #fastOneIn: () => number;
  #fast = 0;

  /** @param fastOneIn sampling interval of the fastest class */
  constructor(onEnd: EndListener, fastOneIn: () => number = () => FAST_ONE_IN) {
    this.#onEnd = onEnd;
    this.#fastOneIn = fastOneIn;
  }

  get inFlight(): number {
    return this.#live.size;
  }

  begin(context: ManagedContext, request: HookRequest, reply: HookReply): void {
    if (this.#live.size >= MAX_LIVE) return;
    const live = { context, request };
    this.#live.add(live);
    if (!context.atEnd(() => this.#end(live, reply))) this.#live.delete(live);
  }

  report(): RequestsReport {
    const oldest = [...this.#live].slice(0, MAX_TOLD);
    return {
      inFlight: this.#live.size,
      live: oldest.map(({ context, request }) => liveRecordOf(context, request)),
      failed: this.#failed.toArray().toReversed(),
      classes: CLASSES_MS.map((fromMs, at) => ({
        fromMs,
        requests: this.#classes[at]?.toArray().toReversed() ?? [],
      })),
      routes: this.routes.rows(),
    };
  }

  #end(live: Live, reply: HookReply): void {
    this.#live.delete(live);
    const { context, request } = live;
    const { raw } = reply;
    const ms = context.ageMs;
    const status = statusOf(raw, !raw.writableEnded);
    this.#onEnd(ms, status);
    this.routes.record(request.raw.method ?? '', routeOf(request), { ms, status });
    const hasFailed = status >= 500 || status === 499;
    if (!hasFailed && ms < CLASSES_MS[1] && this.#fast++ % this.#fastOneIn() !== 0) return;
    const record = endedRecordOf(context, request, reply);
    if (hasFailed) this.#failed.push(record);
    const at = CLASSES_MS.findLastIndex((fromMs) => ms >= fromMs);
    this.#classes[at]?.push(record);
  }
}
