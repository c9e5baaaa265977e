import type { Clock } from '../common/clock.ts';

/** Event loop of the gate, real or simulated. */
export interface Loop {
  readonly clock: Clock;
  /** Cumulative busy time. */
  busyMs(): number;
  /** Calls back once, after the work due in this turn and before polling for new events. */
  atEndOfTurn(callback: () => void): void;
  /** Calls back when the work just started has run as far as it can without waiting. */
  afterThis(callback: () => void): void;
}
