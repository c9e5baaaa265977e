import { performance } from 'node:perf_hooks';

import { type Clock, processClock } from '../common/clock.ts';

/** Event loop of the gate, real or simulated. */
export interface Loop {
  readonly clock: Clock;
  /** Cumulative time without anything to do. */
  idleMs(): number;
  /** Calls back once, after the work due in this turn and before polling for new events. */
  atEndOfTurn(callback: () => void): void;
  /** Calls back when the work just started has run as far as it can without waiting. */
  afterThis(callback: () => void): void;
}

const { nodeTiming } = performance;

/** The event loop of this thread. */
export const eventLoop: Loop = {
  clock: processClock,
  // Cheaper than `eventLoopUtilization()`, which reads the clock too.
  idleMs: () => nodeTiming.idleTime,
  atEndOfTurn(callback) {
    setImmediate(callback);
  },
  afterThis(callback) {
    // Microtasks drain before the next tick; handlers are chains of microtasks.
    queueMicrotask(() => process.nextTick(callback));
  },
};
