import { z } from 'zod';

import { count, ms, orNull, perWorker } from './meta-shapes.ts';

const state = z.enum(['DOWN', 'FAILING', 'HELD', 'PROBING', 'UP', 'UNTRIED', 'DEGRADED']);

const dependency = z.strictObject({
  name: z.string(),
  aliases: z.array(z.string()),
  tls: z.boolean(),
  state,
  endpoints: z.array(
    z.strictObject({
      address: z.string(),
      tier: count,
      state,
      states: z.record(z.string(), count),
      failures: count,
      forMs: ms,
      open: count,
      idle: count,
      waiting: count,
      max: count,
    }),
  ),
  p95Ms: z.record(z.enum(['wait', 'dns', 'tcp', 'tls', 'firstByte']), orNull(ms)),
  open: count,
  idle: count,
  waiting: count,
  max: count,
  requested: count,
  failed: count,
  errors: z.record(z.string(), count),
  lastError: orNull(
    z.strictObject({
      at: z.iso.datetime(),
      code: z.string(),
      message: z.string(),
      address: z.string().optional(),
      worker: count,
    }),
  ),
  routes: z.array(z.strictObject({ route: z.string(), requests: count })),
});

/** `data` of the page Dependencies. */
export const dependencies = z.strictObject({
  services: z.array(dependency),
  sockets: z.array(
    z.strictObject({
      sockets: z.strictObject({ open: count, max: count, waiting: count }),
      names: z.strictObject({ asked: count, failed: count }),
    }),
  ),
});

/** `data` of one service. */
export const oneDependency = z.strictObject({
  service: orNull(dependency),
  workers: perWorker(z.looseObject({ name: z.string() })),
});
