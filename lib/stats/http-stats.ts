import type { AnsweredRequest, SentAnswer } from '../common/http/request-hooks.ts';
import { onResponse } from '../common/http/response-hook.ts';
import { routeOf } from '../common/http/route-of.ts';
import { traceSource } from '../common/trace-source.ts';
import type { Duration } from './duration.ts';
import type { Stats } from './stats.ts';

/** Maximum number of series (route, method, status), and of cached lookups. */
const MAX_KNOWN = 2_000;

/** Series of one route and method, by status. */
type ByStatus = Map<number, Duration>;

/**
 * Times requests per method, route pattern and status, under the names of OpenTelemetry:
 * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 */
export class HttpStats {
  readonly #stats: Stats;
  /** Series by route and method: a lookup creates neither labels nor a joined key. */
  readonly #known = new Map<string, Map<string, ByStatus>>();
  #size = 0;

  constructor(stats: Stats) {
    this.#stats = stats;
  }

  /** @throws PlatformError unless the adapter is that of Fastify or Express */
  static attach(adapter: Parameters<typeof onResponse>[0], stats: Stats): void {
    const http = new HttpStats(stats);
    onResponse(adapter, (request, answer) => http.record(request, answer));
  }

  record(request: AnsweredRequest, { statusCode, elapsedTime }: SentAnswer): void {
    const { method } = request;
    // Never the URL itself: clients can make its cardinality unbounded.
    const route = routeOf(request);
    const known =
      this.#known.get(route)?.get(method)?.get(statusCode) ??
      this.#find({ method, route, statusCode });
    known.record(elapsedTime);
    const traceId = traceSource().current?.();
    if (traceId !== undefined) known.exemplify(elapsedTime, traceId);
  }

  #find(labels: { method: string; route: string; statusCode: number }): Duration {
    const { method, route, statusCode } = labels;
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
    if (this.#size < MAX_KNOWN) this.#remember(labels, duration);
    return duration;
  }

  #remember(
    { method, route, statusCode }: { method: string; route: string; statusCode: number },
    duration: Duration,
  ): void {
    const methods = this.#known.get(route) ?? new Map<string, ByStatus>();
    const statuses = methods.get(method) ?? new Map<number, Duration>();
    this.#known.set(route, methods.set(method, statuses.set(statusCode, duration)));
    this.#size++;
  }
}
