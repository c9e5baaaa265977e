import { z } from 'zod';

import { oneDependency } from './dependency-schemas.ts';
import { count, ms, operationRun, orNull, perWorker, statistic } from './meta-shapes.ts';

/** One item of those that have pages of their own. */
export const ITEM_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  stats: orNull(
    statistic.extend({
      window: z.enum(['5m', '30m', '3h']),
      history: z.array(
        z.strictObject({
          labels: z.record(z.string(), z.string()),
          points: z.array(z.looseObject({ at: z.iso.datetime() })),
        }),
      ),
    }),
  ),
  requests: z.strictObject({
    worker: orNull(count),
    request: orNull(z.looseObject({ id: z.string() })),
    waterfall: orNull(
      z.strictObject({
        durationMs: ms,
        spans: z.array(
          z.strictObject({
            kind: z.enum(['admission', 'step', 'own', 'blocked']),
            name: z.string(),
            atMs: ms,
            ms,
          }),
        ),
        ownMs: ms,
        blockedMs: ms,
      }),
    ),
    traceId: orNull(z.string()),
    traceUrl: orNull(z.string()),
    logs: z.array(z.strictObject({ worker: count, record: z.looseObject({}) })),
    logsDropped: count,
    errors: z.array(z.looseObject({ message: z.string() })),
  }),
  dependencies: oneDependency,
  operations: operationRun,
  app: z.strictObject({
    page: z.looseObject({ path: z.string() }),
    answers: perWorker(z.looseObject({ kind: z.string() })),
  }),
};
