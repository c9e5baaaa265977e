import type { Clock } from '../../common/clock.ts';
import { Context } from '../../context/context.ts';
import type { RequestContext } from '../../context/request-context.ts';
import type { Timings } from '../../context/timings.ts';
import { ConnectionError } from '../connection.errors.ts';
import type { Schedule } from '../schedule.ts';

export interface CallTimeSetup {
  clock: Clock;
  schedule: Schedule;
  service: string;
  /** Limit in total, cut to the request's remaining time. */
  allowedMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * Time limit of one call. Its signal aborts with the error that the call fails with. Call `end()`
 * when the call is over.
 */
export class CallTime {
  readonly signal: AbortSignal;
  /** Timeline of the request, if there is one. */
  readonly timings: Timings | undefined;
  readonly startedAt: number;
  /** Time spent on name resolution; undefined: none was needed. */
  dnsMs: number | undefined;
  readonly #clock: Clock;
  readonly #endsAt: number;
  readonly #ends: (() => void)[] = [];

  /** @throws see `requireTime` */
  constructor({ clock, schedule, service, allowedMs, signal }: CallTimeSetup) {
    const context = Context.current();
    requireTime(service, context, signal);
    const controller = new AbortController();
    this.signal = controller.signal;
    this.timings = context?.timings;
    this.#clock = clock;
    this.startedAt = clock.now();
    const ms = context?.clamp(allowedMs) ?? allowedMs;
    this.#endsAt = this.startedAt + ms;
    const late = (): void => controller.abort(tooLate(service, ms));
    if (ms < Infinity) this.#ends.push(schedule(late, ms));
    this.#follow(controller, context, signal);
  }

  /** Time left, never negative. */
  get remainingMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.now());
  }

  end(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  #follow(
    controller: AbortController,
    context: RequestContext | undefined,
    signal: AbortSignal | undefined,
  ): void {
    if (context !== undefined) this.#ends.push(context.onAbort((error) => controller.abort(error)));
    if (signal === undefined) return;
    const onAbort = (): void => controller.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#ends.push(() => signal.removeEventListener('abort', onAbort));
  }
}

/**
 * @throws ConnectionError when no time is left, ContextAbortError when the request has ended, or
 * the reason of an aborted signal
 */
export function requireTime(
  service: string,
  context: RequestContext | undefined,
  signal: AbortSignal | undefined,
): void {
  signal?.throwIfAborted();
  if (context === undefined) return;
  const { isActive, remainingMs } = context;
  if (isActive && remainingMs <= 0) throw tooLate(service, 0);
  if (remainingMs < Infinity || !isActive) context.throwIfAborted();
}

function tooLate(service: string, ms: number): ConnectionError {
  const within = ms <= 0 ? 'the deadline has passed' : `not within ${Math.round(ms)} ms`;
  return new ConnectionError('DEADLINE', `No connection to "${service}": ${within}`, { service });
}
