import { currentScope } from '../context/context-scope.ts';
import { Context } from '../context/context.ts';
import type { Timings } from '../context/timings.ts';
import type { Duration } from '../stats/duration.ts';
import type { Stats } from '../stats/stats.ts';
import type { ConnectionError } from './connection.errors.ts';

/** The steps of a connection whose times are kept apart. */
export const PHASES = ['wait', 'dns', 'tcp', 'tls', 'firstByte'] as const;

export type Phase = (typeof PHASES)[number];

export type PhaseTimes = { [P in Phase as `${P}Ms`]?: number };

/** What became of an attempt: `beaten` when another address was faster or nobody waits any more. */
export type AttemptOutcome = 'connected' | 'failed' | 'beaten';

export interface Attempt {
  address: string;
  outcome: AttemptOutcome;
  times: PhaseTimes;
  error?: ConnectionError | undefined;
}

/** Puts the phases of one service's connections where they are looked for. */
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
    const created = this.#stats.duration('connections.phase', { help: PHASE_HELP }, labels);
    this.#durations.set(phase, created);
    return created;
  }

  /** One record per attempt, in the request that it was made for. */
  attempt({ address, outcome, times, error }: Attempt): void {
    const labels = { service: this.#service, outcome: error?.failure ?? outcome };
    this.#stats.counter('connections.attempts', { help: ATTEMPTS_HELP }, labels).add();
    const log = Context.current()?.log ?? currentScope().log;
    const fields = { service: this.#service, address, outcome, ...rounded(times), ...told(error) };
    if (error === undefined) log.debug(fields, `Connection attempt: ${outcome}`);
    else log.warn(fields, `Connection attempt failed: ${error.message}`);
  }

  /** A connection broke while it was in use. */
  broken(address: string, error: ConnectionError): void {
    const labels = { service: this.#service, failure: error.failure };
    this.#stats.counter('connections.broken', { help: BROKEN_HELP }, labels).add();
    const log = Context.current()?.log ?? currentScope().log;
    log.warn({ service: this.#service, address, ...told(error) }, error.message);
  }

  /** A lease was not given back in all that time. */
  leaked(address: string, heldMs: number, stack: string | undefined): void {
    const fields = { service: this.#service, address, heldMs: Math.round(heldMs), stack };
    currentScope().log.warn(fields, `A connection to "${this.#service}" was not given back`);
  }
}

function told(error: ConnectionError | undefined): { code?: string; reason?: string } {
  if (error === undefined) return {};
  const { code, reason } = error;
  return reason === undefined ? { code } : { code, reason };
}

/** Hundredths of a millisecond are precise enough, and shorter. */
function rounded(times: PhaseTimes): PhaseTimes {
  const entries = Object.entries(times).map(([name, ms]) => [name, Math.round(ms * 100) / 100]);
  return Object.fromEntries(entries) as PhaseTimes;
}

const PHASE_HELP = 'Time of the steps of connections to services';
const ATTEMPTS_HELP = 'Attempts to connect to an address';
const BROKEN_HELP = 'Connections that broke while they were leased';
