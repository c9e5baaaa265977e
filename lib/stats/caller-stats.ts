import type { IncomingHttpHeaders } from 'node:http';

import type { SentAnswer } from '../common/http/request-hooks.ts';
import { onResponse } from '../common/http/response-hook.ts';
import type { Counter } from './counter.ts';
import { HeavyHitters } from './heavy-hitters.ts';
import type { Stats } from './stats.ts';

/** Request of a caller, as Fastify and Express know it. */
export interface CallerRequest {
  readonly method: string;
  readonly ip: string;
  readonly raw: { readonly headers: IncomingHttpHeaders };
}

/** Names the caller of a request; undefined: unknown. */
export type CallerOf = (request: CallerRequest) => string | undefined;

/** Callers with series of their own; further ones share `other`. */
const MAX_CALLERS = 100;

/** Of these, the first to come; a scanner with ever new names takes no more. */
const FIRST_CALLERS = 50;

/** A later caller gets series with this many requests, and this share of all that are not known. */
const FREQUENT = { requests: 20, share: 1 / 64 };

/** Longest name of a caller: names come from outside. */
const MAX_NAME = 100;

const UNKNOWN = 'unknown';
const OTHER = 'other';

/** Status codes by which admission and quotas refuse. */
const REFUSALS: ReadonlySet<number> = new Set([429, 503]);

interface CallerCounters {
  readonly requests: Counter;
  readonly refused: Counter;
  readonly seconds: Counter;
}

/** Counts requests, refusals and time by caller. */
export class CallerStats {
  readonly #stats: Stats;
  readonly #callerOf: CallerOf;
  /** Counters by caller: a lookup creates no labels object. */
  readonly #known = new Map<string, CallerCounters>();
  #others: CallerCounters | undefined;
  /** Requests of callers without series. */
  readonly #strangers = new HeavyHitters();
  #strangersRequests = 0;

  private constructor(stats: Stats, callerOf: CallerOf) {
    this.#stats = stats;
    this.#callerOf = callerOf;
  }

  /** @throws PlatformError unless the adapter is that of Fastify or Express */
  static attach(adapter: Parameters<typeof onResponse>[0], stats: Stats, callerOf: CallerOf): void {
    const callers = new CallerStats(stats, callerOf);
    onResponse(adapter, (request, answer) => callers.record(request, answer));
  }

  record(request: CallerRequest, { statusCode, elapsedTime }: SentAnswer): void {
    const { requests, refused, seconds } = this.#countersOf(this.#nameOf(request));
    requests.add();
    seconds.add(elapsedTime / 1_000);
    if (REFUSALS.has(statusCode)) refused.add();
  }

  /** An error of the application's function must not fail an answer that is sent. */
  #nameOf(request: CallerRequest): string {
    try {
      return this.#callerOf(request)?.slice(0, MAX_NAME) ?? UNKNOWN;
    } catch {
      return UNKNOWN;
    }
  }

  #countersOf(caller: string): CallerCounters {
    const known = this.#known.get(caller);
    if (known !== undefined) return known;
    if (!this.#deservesSeries(caller)) return (this.#others ??= this.#create(OTHER));
    const created = this.#create(caller);
    this.#known.set(caller, created);
    return created;
  }

  #deservesSeries(caller: string): boolean {
    if (this.#known.size < FIRST_CALLERS) return true;
    if (this.#known.size >= MAX_CALLERS) return false;
    this.#strangers.add(caller);
    this.#strangersRequests++;
    const requests = this.#strangers.countOf(caller);
    return requests >= FREQUENT.requests && requests >= FREQUENT.share * this.#strangersRequests;
  }

  #create(caller: string): CallerCounters {
    const counter = (name: string, help: string, unit?: string): Counter => {
      const options = { help, maxSeries: MAX_CALLERS + 1, ...(unit === undefined ? {} : { unit }) };
      return this.#stats.counter(`buttress.caller.${name}`, options, { caller });
    };
    return {
      requests: counter('requests', 'Requests by caller'),
      refused: counter('refused', 'Requests by caller that were answered with 429 or 503'),
      seconds: counter('time', 'Time of requests by caller', 'seconds'),
    };
  }
}
