import { ignore } from '../common/ignore.ts';
import { Context } from '../context/context.ts';
import type { Timings } from '../context/timings.ts';
import { CallTime } from './call-time.ts';
import { ConnectionError } from './connection.errors.ts';
import type { ConnectionsHome } from './connections-home.ts';
import type { DialOptions } from './dialer.ts';
import type { Lease } from './lease.ts';
import type { Service } from './service.ts';
import { RaceLostError, stagger } from './stagger.ts';

/** `timeoutMs` limits all tries together. @default no limit but the request's deadline */
export interface RunOptions extends Pick<DialOptions, 'signal' | 'timeoutMs'> {
  /** Whether the work may run twice, which retries and hedges require. @default false */
  idempotent?: boolean;
  /** Retries after the first try, for idempotent work. @default `retry.retries` of the service */
  retries?: number;
  /**
   * Starts the next try beside one that has run this long; the first result wins. For idempotent
   * work with a long latency tail.
   * @default never: retries only after a failure
   */
  hedgeAfterMs?: number;
  /**
   * Whether to retry after this error. @default true, unless the request has ended or the failure
   * is `DEADLINE`, `THROTTLED`, `CLOSED` or `MARKED_DOWN`
   */
  isRetryable?: (error: unknown) => boolean;
}

/** Work on a leased connection; the signal aborts when the result is no longer needed. */
export type ConnectionWork<T> = (lease: Lease, signal: AbortSignal) => Promise<T>;

/**
 * Runs work on a pooled connection, with retries and hedges within the service's budget. Releases
 * the connection when the work succeeds, destroys it otherwise. Each try is a step `NAME.call` of
 * the request's timeline.
 *
 * @throws ConnectionError, or the error of the work's last try
 */
export async function runWork<T>(
  service: Service,
  home: ConnectionsHome,
  work: ConnectionWork<T>,
  options: RunOptions,
): Promise<T> {
  const { retries = service.settings.retry.retries, idempotent = false } = options;
  const { hedgeAfterMs = Infinity, isRetryable = isWorthRetrying } = options;
  const { signal, timeoutMs = Infinity } = options;
  const { clock, schedule } = home;
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
  service: Service,
  work: ConnectionWork<T>,
  { signal, timings }: { signal: AbortSignal; timings: Timings | undefined },
): Promise<T> {
  const lease = await service.acquire({ signal });
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
