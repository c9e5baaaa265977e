import { z } from 'zod';

import { count, ms, orNull } from './meta-shapes.ts';

const workerExit = z.strictObject({
  id: count,
  slot: count,
  pid: count,
  code: orNull(z.number()),
  cause: z.enum(['planned', 'boot', 'hung', 'memory', 'crash', 'signal']),
  signal: orNull(z.string()),
  reason: z.string(),
  uptimeMs: ms,
  at: z.iso.datetime(),
  stack: z.array(z.string()).optional(),
});
const side = z.strictObject({
  id: count,
  pid: orNull(count),
  usage: orNull(z.looseObject({ rssBytes: count, requests: count })),
});
const replacement = z.strictObject({
  kind: z.string(),
  slot: count,
  reason: z.string(),
  outcome: z.enum(['replaced', 'kept', 'failed', 'ended at once']),
  failure: orNull(z.string()),
  before: side,
  after: orNull(side),
  tookMs: ms,
  at: z.iso.datetime(),
  value: orNull(z.number()),
  limit: orNull(z.number()),
});
export const reload = z.strictObject({
  phase: z.enum(['CANARY', 'ROLLING', 'STOPPED']),
  replaced: count,
  of: count,
  startedAt: z.iso.datetime(),
  isFollowed: z.boolean(),
});
export const turnover = z.strictObject({
  exits: z.array(workerExit.extend({ evidence: orNull(z.looseObject({})) })),
  replacements: z.array(replacement),
  underWay: z.array(z.strictObject({ slot: count, phase: z.string(), reason: z.string() })),
  reload: orNull(reload),
  stoppedReload: orNull(
    z.strictObject({ at: z.iso.datetime(), failure: z.string(), replaced: count, of: count }),
  ),
  limits: orNull(z.looseObject({ maxRssBytes: count, minIntervalMs: ms })),
});
