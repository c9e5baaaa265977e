import { z } from 'zod';

import { count, ms, orNull, perWorker } from './meta-shapes.ts';

const workerStacks = z.strictObject({
  main: z.enum(['RUNNING', 'IDLE', 'NATIVE', 'DEBUGGED']),
  stack: z.array(z.string()),
  requestId: orNull(z.string()),
  stoppedMs: ms,
  threads: z.array(
    z.strictObject({
      id: count,
      name: z.string(),
      state: z.enum(['RUNNING', 'QUIET']),
      stack: z.array(z.string()),
    }),
  ),
});

/** Stacks of all threads, and calls in pools. */
export const stacks = z.strictObject({
  taken: orNull(
    z.strictObject({
      at: z.iso.datetime(),
      workers: z.strictObject({ expected: count, answered: count, missing: z.array(count) }),
      stacks: perWorker(workerStacks),
    }),
  ),
  calls: z.array(
    z.strictObject({
      worker: count,
      pool: z.string(),
      thread: count,
      method: z.string(),
      runningMs: ms,
      requestId: orNull(z.string()),
    }),
  ),
});
