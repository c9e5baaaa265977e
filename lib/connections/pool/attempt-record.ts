import { rounded } from '../../common/rounded.ts';
import { currentScope } from '../../context/context-scope.ts';
import { Context } from '../../context/context.ts';
import type { Timings } from '../../context/timings.ts';
import type { Duration } from '../../stats/duration.ts';
import type { Stats } from '../../stats/stats.ts';
import type { ConnectionError } from '../connection.errors.ts';

/** Phases of a connection with a duration of their own. */
export const PHASES = ['wait', 'dns', 'tcp', 'tls', 'firstByte'] as const;

/** Part of a connection attempt that is timed. */
export type Phase = (typeof PHASES)[number];

export type PhaseTimes = { [P in Phase as `${P}Ms`]?: number };

/** Outcome of an attempt; `beaten`: another address was faster, or the caller has left. */
export type AttemptOutcome = 'connected' | 'failed' | 'beaten';

export interface ConnectAttempt {
  address: string;
  outcome: AttemptOutcome;
  times: PhaseTimes;
  error?: ConnectionError | undefined;
}

/** Records one service's attempts and phases in metrics, logs and the request's timeline. */
export class AttemptRecorder {
  readonly #service: string;
  readonly #stats: Stats;
  readonly #durations = new Map<Phase, Duration>();

  constructor(service: string, stats: Stats) {
    this.#service = service;
    this.#stats = stats;
  }

  phase(phase: Phase, ms: number, timings: Timings | undefined): void {
    this.durationOf(phase).record(ms);
    timings?.record(`${this.#service}.${phase}`, ms);
  }

  durationOf(phase: Phase): Duration {
    const known = this.#durations.get(phase);
    if (known !== undefined) return known;
    const labels = { service: this.#service, phase };
    const created = this.#stats.duration('buttress.service.phase', { help: PHASE_HELP }, labels);
    this.#durations.set(phase, created);
    return created;
  }

  /** Counts and logs an attempt, in the log of its request. */
  attempt({ address, outcome, times, error }: ConnectAttempt): void {
    const labels = { service: this.#service, outcome: error?.failure ?? outcome };
    this.#stats.counter('buttress.service.attempts', { help: ATTEMPTS_HELP }, labels).add();
    const log = Context.current()?.log ?? currentScope().log;
    const fields = {
      service: this.#service,
      address,
      outcome,
      ...shortened(times),
      ...told(error),
    };
    if (error === undefined) log.debug(fields, `Connection attempt: ${outcome}`);
    else log.warn(fields, `Connection attempt failed: ${error.message}`);
  }

  /** Counts and logs a connection that broke while leased. */
  broken(address: string, error: ConnectionError): void {
    const labels = { service: this.#service, failure: error.failure };
    this.#stats.counter('buttress.service.broken', { help: BROKEN_HELP }, labels).add();
    const log = Context.current()?.log ?? currentScope().log;
    log.warn({ service: this.#service, address, ...told(error) }, error.message);
  }

  /** Logs a leaked lease. */
  leaked(address: string, heldMs: number, stack: string | undefined): void {
    const fields = { service: this.#service, address, heldMs: Math.round(heldMs), stack };
    currentScope().log.warn(fields, `A connection to "${this.#service}" was not released`);
  }
}

function told(error: ConnectionError | undefined): { code?: string; reason?: string } {
  if (error === undefined) return {};
  const { code, reason } = error;
  return reason === undefined ? { code } : { code, reason };
}

/** Rounds to hundredths of a millisecond, to keep log lines short. */
function shortened(times: PhaseTimes): PhaseTimes {
  const entries = Object.entries(times).map(([name, ms]) => [name, rounded(ms, 2)]);
  return Object.fromEntries(entries) as PhaseTimes;
}

const PHASE_HELP = 'Time of the steps of connections to services';
const ATTEMPTS_HELP = 'Attempts to connect to an address';
const BROKEN_HELP = 'Connections that broke while they were leased';
