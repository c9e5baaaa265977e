import type { Clock } from '../../common/clock.ts';
import type { RequestContext } from '../../context/request-context.ts';
import { storage } from '../../context/storage.ts';
import type { Random } from '../addresses/weighted-order.ts';
import { ConnectionError, type ConnectionFailure } from '../connection.errors.ts';
import type { ServiceSettings } from '../settings/service.options.ts';
import { requireTime } from './call-time.ts';
import { ServiceCounts } from './service-counts.ts';
import { Throttle } from './throttle.ts';

/** Failures that do not count against the service. */
const OUR_OWN: ReadonlySet<ConnectionFailure> = new Set(['DEADLINE', 'OUT_OF_SOCKETS', 'CLOSED']);

/** Admits requests for connections to one service, and counts how they end. */
export class RequestGate {
  readonly counts = new ServiceCounts();
  readonly throttle: Throttle;
  readonly #settings: Pick<ServiceSettings, 'name' | 'throttle'>;
  readonly #clock: Clock;

  constructor(
    settings: Pick<ServiceSettings, 'name' | 'throttle'>,
    { clock, random }: { clock: Clock; random: Random },
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.throttle = new Throttle(random);
  }

  /** Counts a request and checks its deadline and the throttle. @throws ConnectionError */
  admit(context: RequestContext | undefined, signal: AbortSignal | undefined, now: number): void {
    const { requests } = this.counts;
    const { name, throttle } = this.#settings;
    requests.requested++;
    try {
      requireTime(name, context, signal);
    } catch (error) {
      requests.abandoned++;
      throw error;
    }
    if (!throttle || this.throttle.admit(now)) return;
    requests.failed++;
    const message = `Throttled: "${name}" refuses most requests, so this one was not sent`;
    const error = new ConnectionError('THROTTLED', message, { service: name });
    this.counts.noteError(error);
    advise(error);
    throw error;
  }

  given(now: number): void {
    this.counts.requests.given++;
    this.throttle.accepted(now);
  }

  failed(error: unknown): void {
    const { requests } = this.counts;
    const isOurs = error instanceof ConnectionError;
    if (isOurs) requests.failed++;
    else requests.abandoned++;
    if (isOurs) advise(error);
    if (isOurs && error.failure !== 'ALL_FAILED') this.counts.noteError(error);
    // Our own limits and a caller that left say nothing about the service.
    const isRefused = isOurs && !OUR_OWN.has(error.failure);
    if (isRefused) this.throttle.refused(this.#clock.now());
  }
}

/** Sets `Retry-After` of the request's answer, in case it fails with this error. */
function advise({ retryAfterMs }: ConnectionError): void {
  const context = storage.getStore();
  if (context !== undefined && retryAfterMs !== undefined) context.retryAfterMs = retryAfterMs;
}
