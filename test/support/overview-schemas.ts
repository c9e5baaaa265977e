import { z } from 'zod';

import { count, orNull, incident, history, workerRow, route } from './meta-shapes.ts';
import { reload } from './turnover-shapes.ts';

/** `data` of the overview. */
export const overview = z.strictObject({
  service: z.strictObject({ name: z.string(), version: z.string() }),
  group: z.strictObject({
    pid: count,
    host: z.string(),
    environment: orNull(z.string()),
    startedAt: z.iso.datetime(),
  }),
  incidents: z.array(incident),
  ready: count,
  window: z.enum(['5m', '30m', '3h', '24h']),
  now: orNull(history),
  history: z.array(history),
  lanes: z.array(
    z.strictObject({
      slot: count,
      elu: z.array(orNull(z.number())),
      lagMs: z.array(orNull(z.number())),
    }),
  ),
  marks: z.array(z.strictObject({ at: z.iso.datetime(), label: z.string() })),
  workers: z.array(workerRow),
  routes: z.array(route),
  waiting: count,
  memory: z.strictObject({ worstBytes: count, limitBytes: orNull(count) }),
  shed: count,
  reload: orNull(reload),
});
