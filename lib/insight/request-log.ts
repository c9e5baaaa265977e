import type { HookReply, HookRequest } from '../common/http/request-hooks.ts';
import { routeOf } from '../common/http/route-of.ts';
import { type Linked, LinkedOrder } from '../common/linked-order.ts';
import { whole } from '../common/options/kinds.ts';
import { type KeptLines, LineBudget } from '../context/kept-lines.ts';
import type { ManagedContext } from '../context/managed-context.ts';
import { type LogRecord, parsedLine } from '../logging/recent-records.ts';
import type { DefinedSetting, Settings } from '../reports/settings.ts';
import { Tail, type TailPart } from '../reports/tail.ts';
import { Ring } from '../stats/ring.ts';
import {
  type EndedRecord,
  endedRecordOf,
  type LiveRecord,
  liveRecordOf,
  statusOf,
  type TracedRequest,
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
    summary: 'Sampling interval of requests faster than 10 ms: 64 keeps one of 64 for /requests',
  });
}

/** Ended requests kept for viewers who follow them. */
const FOLLOWED = 1_000;

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

/** Log records of one request whose record is kept. */
export interface RequestLogs {
  id: string;
  /** The first ones, oldest first. */
  records: LogRecord[];
  /** Number of further ones, which were not kept. */
  dropped: number;
}

/** Called for every tracked request that has ended. */
export type RequestEndListener = (ms: number, status: number) => void;

/** Request in flight, in the order of their beginnings. */
interface LiveRequest extends TracedRequest, Linked<LiveRequest> {}

/** Record, with the log lines that may still come: the access record is written last. */
interface Kept {
  readonly record: EndedRecord;
  readonly lines: KeptLines | undefined;
}

/**
 * Tracks requests in flight and samples ended ones: the latest of each latency class, as
 * golang.org/x/net/trace does, so that the many fast ones do not displace the rare slow ones.
 */
export class RequestLog {
  readonly routes = new RouteMeter();
  readonly #live = new LinkedOrder<LiveRequest>();
  readonly #failed = new Ring<Kept>(FAILED);
  readonly #classes = CLASSES_MS.map(() => new Ring<Kept>(PER_CLASS));
  readonly #tail = new Tail<EndedRecord>({ rows: FOLLOWED });
  readonly #lines = new LineBudget();
  readonly #onEnd: RequestEndListener;
  readonly #fastOneIn: () => number;
  #inFlight = 0;
  #fast = 0;

  /** @param fastOneIn sampling interval of the fastest class */
  constructor(onEnd: RequestEndListener, fastOneIn: () => number = () => FAST_ONE_IN) {
    this.#onEnd = onEnd;
    this.#fastOneIn = fastOneIn;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  begin(context: ManagedContext, request: HookRequest): void {
    if (this.#inFlight >= MAX_LIVE) return;
    const traceId = context.activeTrace?.traceId;
    const live = { context, request, traceId, before: undefined, after: undefined, isIn: false };
    if (!context.atEnd((reply) => this.#end(live, reply))) return;
    this.#live.add(live);
    this.#inFlight++;
    context.keepLines(this.#lines);
  }

  /** Requests that ended, all of them, for viewers who follow them. */
  since(from: number | null): TailPart<EndedRecord> {
    return this.#tail.since(from);
  }

  report(): RequestsReport {
    const oldest = [...this.#live].slice(0, MAX_TOLD);
    return {
      inFlight: this.#inFlight,
      live: oldest.map(liveRecordOf),
      failed: recordsOf(this.#failed),
      classes: CLASSES_MS.map((fromMs, at) => ({
        fromMs,
        requests: recordsOf(this.#classes[at]),
      })),
      routes: this.routes.rows(),
    };
  }

  /** Logs of the requests that `report` has ended records of. */
  logs(): RequestLogs[] {
    const all = [this.#failed, ...this.#classes].flatMap((ring) => ring.toArray());
    const byId = new Map(all.map((kept) => [kept.record.id, kept.lines]));
    return Array.from(byId, ([id, kept]) => {
      const { lines = [], dropped = 0 } = kept ?? {};
      return { id, records: lines.map(parsedLine), dropped };
    }).filter(({ records, dropped }) => records.length + dropped > 0);
  }

  #end(live: LiveRequest, reply: HookReply): void {
    this.#live.delete(live);
    this.#inFlight--;
    const { context, request } = live;
    const { raw } = reply;
    const ms = context.ageMs;
    const status = statusOf(raw, !raw.writableEnded);
    this.#onEnd(ms, status);
    this.routes.record(request.raw.method ?? '', routeOf(request), { ms, status });
    if (this.#isSampled(ms, status)) return this.#keep(live, endedRecordOf(live, reply), ms);
    context.forgetLines();
    if (this.#tail.isFollowed) this.#tail.push(endedRecordOf(live, reply));
  }

  #isSampled(ms: number, status: number): boolean {
    return hasFailed(status) || ms >= CLASSES_MS[1] || this.#fast++ % this.#fastOneIn() === 0;
  }

  #keep({ context }: TracedRequest, record: EndedRecord, ms: number): void {
    this.#tail.push(record);
    const kept = { record, lines: context.takeLines() };
    if (hasFailed(record.status)) this.#failed.push(kept);
    const at = CLASSES_MS.findLastIndex((fromMs) => ms >= fromMs);
    this.#classes[at]?.push(kept);
  }
}

function hasFailed(status: number): boolean {
  return status >= 500 || status === 499;
}

/** Records of a ring, latest first. */
function recordsOf(ring: Ring<Kept> | undefined): EndedRecord[] {
  return Array.from(ring?.toArray() ?? [], ({ record }) => record).toReversed();
}
