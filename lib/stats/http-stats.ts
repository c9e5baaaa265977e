import type { Duration } from './duration.ts';
import type { Stats } from './stats.ts';

interface TimedRequest {
  readonly method: string;
  readonly routeOptions?: { readonly url?: string | undefined };
}

interface TimedReply {
  readonly statusCode: number;
  readonly elapsedTime: number;
}

/** What of an HTTP adapter is needed here: Fastify's instance. */
interface Hooked {
  getInstance(): {
    addHook?: (
      name: 'onResponse',
      hook: (request: TimedRequest, reply: TimedReply, done: () => void) => void,
    ) => unknown;
  };
}

/** Routes times methods times statuses that are looked up at once. */
const MAX_KNOWN = 2_000;

/** Times requests per method, route pattern and status. */
export class HttpStats {
  readonly #stats: Stats;
  /** The series by what it takes to find them: no object per request. */
  readonly #known = new Map<string, Duration>();

  constructor(stats: Stats) {
    this.#stats = stats;
  }

  static attach(adapter: Hooked, stats: Stats): void {
    const http = new HttpStats(stats);
    adapter.getInstance().addHook?.('onResponse', (request, reply, done) => {
      http.record(request, reply);
      done();
    });
  }

  record({ method, routeOptions }: TimedRequest, { statusCode, elapsedTime }: TimedReply): void {
    // Never the URL itself: anybody can make up as many of those as he likes.
    const route = routeOptions?.url ?? 'none';
    const key = `${statusCode} ${method} ${route}`;
    const known = this.#known.get(key) ?? this.#find(key, { method, route, statusCode });
    known.record(elapsedTime);
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
      { method, route, status: String(statusCode) },
    );
    if (this.#known.size < MAX_KNOWN) this.#known.set(key, duration);
    return duration;
  }
}
