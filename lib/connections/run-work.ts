import { Context } from '../context/context.ts';
import type { Timings } from '../context/timings.ts';
import { CallTime } from './call-time.ts';
import { ConnectionError } from './connection.errors.ts';
import type { ConnectionsHome } from './connections-home.ts';
import type { DialOptions } from './dialer.ts';
import type { Lease } from './lease.ts';
import type { Service } from './service.ts';
import { RaceLostError, stagger } from './stagger.ts';

export interface RunOptions extends Pick<DialOptions, 'signal' | 'timeoutMs'> {
  /**
   * Whether the work may be done twice: only then is it tried again.
   * @default false
   */
  idempotent?: boolean;
  /** How often it is tried again. @default the service's */
  retries?: number;
  /**
   * Tries again beside the first when that has had so long, in milliseconds, and takes what is
   * first; for idempotent work whose slowest calls are too slow.
   * @default never: tries again only after a failure
   */
  hedgeAfterMs?: number;
  /** Whether what it failed with may be other next time. @default all but aborts */
  isRetryable?: (error: unknown) => boolean;
}

/** What the work does with a connection; the signal aborts when its result is not wanted any more. */
export type ConnectionWork<T> = (lease: Lease, signal: AbortSignal) => Promise<T>;

/**
 * Does work on a connection from the pool, again when it may and the service's budget allows. The
 * connection goes back when the work has succeeded, and is closed when it has not. On the request's
 * timeline the work is a step, `NAME.call`.
 *
 * @throws ConnectionError, or what the work failed with the last time
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

/** Work on a connection that broke fails with what broke it. */
function broken(lease: Lease, error: unknown): unknown {
  const { failure } = lease;
  if (failure === undefined || error === failure) return error;
  const { service, address, reason, message } = failure;
  return new ConnectionError(failure.failure, message, { service, address, reason, cause: error });
}

/** Not what the caller's end caused, and not what another address would not help against. */
function isWorthRetrying(error: unknown): boolean {
  if (Context.current()?.isActive === false) return false;
  return !(error instanceof ConnectionError && NOT_AGAIN.has(error.failure));
}

const NOT_AGAIN: ReadonlySet<string> = new Set(['DEADLINE', 'THROTTLED', 'CLOSED', 'MARKED_DOWN']);

function ignore(): void {}
