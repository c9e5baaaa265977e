import type { AnsweredRequest, SentAnswer } from '../common/request-hooks.ts';
import { onResponse } from '../common/response-hook.ts';
import { traceSource } from '../common/trace-source.ts';
import type { Duration } from './duration.ts';
import type { Stats } from './stats.ts';

/** Maximum number of series (route, method, status), and of cached lookups. */
const MAX_KNOWN = 2_000;

/**
 * Times requests per method, route pattern and status, under the names of OpenTelemetry:
 * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 */
export class HttpStats {
  readonly #stats: Stats;
  /** Series by status, method and route: a lookup creates no labels object. */
  readonly #known = new Map<string, Duration>();

  constructor(stats: Stats) {
    this.#stats = stats;
  }

  /** @throws PlatformError unless the adapter is that of Fastify or Express */
  static attach(adapter: Parameters<typeof onResponse>[0], stats: Stats): void {
    const http = new HttpStats(stats);
    onResponse(adapter, (request, answer) => http.record(request, answer));
  }

  record({ method, routeOptions }: AnsweredRequest, { statusCode, elapsedTime }: SentAnswer): void {
    // Never the URL itself: clients can make its cardinality unbounded.
    const route = routeOptions?.url ?? 'none';
    const key = `${statusCode} ${method} ${route}`;
    const known = this.#known.get(key) ?? this.#find(key, { method, route, statusCode });
    known.record(elapsedTime);
    const traceId = traceSource().current?.();
    if (traceId !== undefined) known.exemplify(elapsedTime, traceId);
  }

  #find(
    key: string,
    { method, route, statusCode }: { method: string; route: string; statusCode: number },
  ): Duration {
    const duration = this.#stats.duration(
      'http.server.request_duration',
      {
        help: 'Time from the start of a request to the end of its answer',
        maxSeries: MAX_KNOWN,
      },
      {
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': String(statusCode),
      },
    );
    if (this.#known.size < MAX_KNOWN) this.#known.set(key, duration);
    return duration;
  }
}
