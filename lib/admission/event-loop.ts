import { performance } from 'node:perf_hooks';

import { processClock } from '../common/clock.ts';
import type { Loop } from './loop.ts';

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
