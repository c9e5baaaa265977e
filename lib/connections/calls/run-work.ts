import type { Clock } from '../../common/clock.ts';
import { ignore } from '../../common/ignore.ts';
import { Context } from '../../context/context.ts';
import type { Timings } from '../../context/timings.ts';
import { ConnectionError } from '../connection.errors.ts';
import type { ResolvedLeaseOptions } from '../dial.options.ts';
import type { Lease } from '../pool/lease.ts';
import type { Schedule } from '../schedule.ts';
import type { ServiceSettings } from '../settings/service.options.ts';
import { CallTime } from './call-time.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { ResolvedRunOptions } from './run.options.ts';
import { RaceLostError, stagger } from './stagger.ts';

/** Work on a leased connection; the signal aborts when the result is no longer needed. */
export type ConnectionWork<T> = (lease: Lease, signal: AbortSignal) => Promise<T>;

/** The service that work runs on. */
export interface WorkPlace {
  readonly settings: ServiceSettings;
  readonly budget: RetryBudget;
  lease(options: ResolvedLeaseOptions): Promise<Lease>;
}

/**
 * Runs work on a pooled connection, with retries and hedges within the service's budget. Releases
 * the connection when the work succeeds, destroys it otherwise. Each try is a step `NAME.call` of
 * the request's timeline.
 *
 * @throws ConnectionError, or the error of the work's last try
 */
export async function runWork<T>(
  service: WorkPlace,
  { clock, schedule }: { clock: Clock; schedule: Schedule },
  work: ConnectionWork<T>,
  options: ResolvedRunOptions,
): Promise<T> {
  const { retries = service.settings.retry.retries, idempotent = false } = options;
  const { hedgeAfterMs = Infinity, isRetryable = isWorthRetrying } = options;
  const { signal, timeoutMs = Infinity } = options;
  const setup = { clock, schedule, service: service.settings.name, allowedMs: timeoutMs, signal };
  const call = new CallTime(setup);
  try {
    return await stagger({
      candidates: Array.from({ length: idempotent ? retries + 1 : 1 }, (_, index) => index),
      staggerMs: hedgeAfterMs,
      signal: call.signal,
      schedule,
      attempt: (_, stop) => attempt(service, work, { signal: stop, timings: call.timings }),
      discard: ignore,
      mayStart: () => service.budget.spend(clock.now()),
      isFinal: (error) => !isRetryable(error),
    });
  } catch (error) {
    throw error instanceof RaceLostError ? error.errors.at(-1) : error;
  } finally {
    call.end();
  }
}

async function attempt<T>(
  service: WorkPlace,
  work: ConnectionWork<T>,
  { signal, timings }: { signal: AbortSignal; timings: Timings | undefined },
): Promise<T> {
  const lease = await service.lease({ signal, timeoutMs: undefined, serverSpeaksFirst: false });
  const endStep = timings?.start(`${service.settings.name}.call`);
  const onAbort = (): void => lease.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const result = await work(lease, signal);
    lease.release();
    return result;
  } catch (error) {
    lease.destroy();
    throw broken(lease, error);
  } finally {
    endStep?.();
    signal.removeEventListener('abort', onAbort);
  }
}

/** Replaces the work's error by the connection's when the connection broke under it. */
function broken(lease: Lease, error: unknown): unknown {
  const { failure } = lease;
  if (failure === undefined || error === failure) return error;
  const { service, address, reason, message } = failure;
  return new ConnectionError(failure.failure, message, { service, address, reason, cause: error });
}

/** Excludes errors after the request's end, and failures that a retry can't mend. */
function isWorthRetrying(error: unknown): boolean {
  if (Context.current()?.isActive === false) return false;
  return !(error instanceof ConnectionError && NOT_AGAIN.has(error.failure));
}

const NOT_AGAIN: ReadonlySet<string> = new Set(['DEADLINE', 'THROTTLED', 'CLOSED', 'MARKED_DOWN']);
