import { z } from 'zod';

import { byOperator, count, ms, orNull } from './meta-shapes.ts';

export const failedHealth = orNull(z.strictObject({ ...byOperator, remainingMs: orNull(ms) }));

export const groupHealth = z.strictObject({
  isReady: z.boolean(),
  readyWorkers: count,
  quorum: count,
  failure: failedHealth,
});

const settingValue = orNull(z.union([z.string(), z.number(), z.boolean()]));

export const settingRow = z.strictObject({
  name: z.string(),
  accepts: z.string(),
  choices: orNull(z.array(settingValue)),
  summary: z.string(),
  configured: settingValue,
  value: settingValue,
  changed: orNull(z.strictObject({ by: z.string(), since: z.string(), remainingMs: ms })),
  problem: orNull(z.string()),
  workers: z.array(count),
});
