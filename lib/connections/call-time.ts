import type { Clock } from '../common/clock.ts';
import { Context } from '../context/context.ts';
import type { RequestContext } from '../context/request-context.ts';
import type { Timings } from '../context/timings.ts';
import { ConnectionError } from './connection.errors.ts';
import type { Schedule } from './stagger.ts';

export interface CallTimeSetup {
  clock: Clock;
  schedule: Schedule;
  service: string;
  /** Time for everything, in milliseconds; cut to what the request has left. */
  allowedMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * The time that one call may take, and its end: the signal aborts with the error that the call
 * fails with. Whoever makes one must end it.
 */
export class CallTime {
  readonly signal: AbortSignal;
  /** Of the request that it is made for. */
  readonly timings: Timings | undefined;
  readonly startedAt: number;
  /** What it spent on names, in milliseconds; undefined: nothing was asked for. */
  dnsMs: number | undefined;
  readonly #clock: Clock;
  readonly #endsAt: number;
  readonly #ends: (() => void)[] = [];

  /** @throws ConnectionError when there is no time left, ContextAbortError when it is over anyway */
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

  /** Time left, in milliseconds, never negative. */
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

/** @throws ConnectionError, ContextAbortError or the signal's reason when a call must not begin */
export function requireTime(
  service: string,
  context: RequestContext | undefined,
  signal: AbortSignal | undefined,
): void {
  signal?.throwIfAborted();
  if (context === undefined) return;
  if (context.isActive && context.remainingMs <= 0) throw tooLate(service, 0);
  if (context.deadline < Infinity || !context.isActive) context.throwIfAborted();
}

function tooLate(service: string, ms: number): ConnectionError {
  const within = ms <= 0 ? 'no time is left for it' : `not within ${Math.round(ms)} ms`;
  return new ConnectionError('DEADLINE', `No connection to "${service}": ${within}`, { service });
}
