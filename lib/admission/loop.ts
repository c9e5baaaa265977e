import type { Clock } from '../common/clock.ts';

/** Where the gate runs: an event loop, or a simulation of one. */
export interface Loop {
  readonly clock: Clock;
  /** How long it has been busy so far, in milliseconds. */
  busyMs(): number;
  /** Calls back once per turn, after what is due now and before new events are looked for. */
  atEndOfTurn(callback: () => void): void;
  /** Calls back when what was just started has gone as far as it goes without waiting. */
  afterThis(callback: () => void): void;
}
