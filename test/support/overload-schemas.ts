import { z } from 'zod';

import { admissionPoint, count, ms, orNull, perWorker, queueFigures } from './meta-shapes.ts';

const amount = z.strictObject({ perSecond: orNull(z.number()), total: count });

/** Row of `accept-queue`. */
export const listenerRow = z.strictObject({
  listener: z.string(),
  role: z.enum(['app', 'meta']),
  transport: z.string(),
  maxQueue: count,
  oldestAgeMs: ms,
  lingering: count,
  length: count,
  accepted: count,
  handed: count,
  pending: count,
  closed: count,
  shed: z.strictObject({ full: count, age: count, codel: count, down: count }),
  ageMs: z.strictObject({ p50: orNull(ms), p95: orNull(ms), p99: orNull(ms), max: orNull(ms) }),
});

/** Admission of one worker. */
export const admission = z.looseObject({
  fraction: z.number(),
  lagMs: ms,
  inFlight: count,
  waiting: count,
  memory: z.strictObject({ rung: z.string(), fraction: z.number() }),
  history: z.array(admissionPoint),
  groups: z.array(
    z.looseObject({ name: z.string(), limit: z.number(), history: z.array(admissionPoint) }),
  ),
});

/** `data` of the page Overload. */
export const overload = z.strictObject({
  window: z.enum(['5m', '30m', '3h', '24h']),
  flow: z.strictObject({
    connections: z.strictObject({
      offered: amount,
      waiting: count,
      maxQueue: count,
      oldestAgeMs: ms,
      handed: amount,
      pending: count,
      shed: amount.extend({ full: amount, age: amount, codel: amount, down: amount }),
      closed: count,
    }),
    workers: z.strictObject({
      ready: count,
      all: count,
      answeredPerSecond: orNull(z.number()),
      failedPerSecond: orNull(z.number()),
      inFlight: orNull(z.number()),
    }),
    routes: orNull(
      z.strictObject({
        arrived: count,
        admitted: amount,
        refused: amount,
        left: count,
        waiting: count,
        inFlight: count,
        refusals: z.record(z.string(), count),
      }),
    ),
  }),
  connections: z.array(z.strictObject({ at: z.iso.datetime(), ...queueFigures })),
  requests: z.array(
    z.strictObject({
      at: z.iso.datetime(),
      admitted: z.number(),
      refused: z.number(),
      refusals: z.record(z.string(), z.number()),
    }),
  ),
  routes: z.array(
    z.strictObject({
      name: z.string(),
      limit: z.number(),
      inFlight: count,
      waiting: count,
      arrived: count,
      admitted: count,
      refused: count,
      left: count,
      medianMs: ms,
      refusals: z.record(z.string(), count),
      history: z.array(
        z.strictObject({
          at: z.iso.datetime(),
          limit: orNull(z.number()),
          inFlight: orNull(z.number()),
          waiting: orNull(z.number()),
        }),
      ),
    }),
  ),
  queues: z.array(listenerRow),
  workers: perWorker(admission),
});
