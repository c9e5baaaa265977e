import { performance } from 'node:perf_hooks';

import { type Clock, processClock } from '../common/clock.ts';

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

/** The event loop of this thread. */
export const eventLoop: Loop = {
  clock: processClock,
  busyMs: () => performance.eventLoopUtilization().active,
  atEndOfTurn(callback) {
    setImmediate(callback);
  },
  afterThis(callback) {
    // Microtasks drain before the next tick; handlers are chains of microtasks.
    queueMicrotask(() => process.nextTick(callback));
  },
};
