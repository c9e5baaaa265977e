import { z } from 'zod';

export const ms = z.number();
export const count = z.number().int().nonnegative();
export const orNull = <T extends z.ZodType>(type: T) => z.union([type, z.null()]);
export const perWorker = <T extends z.ZodType>(value: T) =>
  z.array(z.strictObject({ worker: count, value }));

const summary = {
  count,
  sum: z.number(),
  min: orNull(z.number()),
  max: orNull(z.number()),
  mean: orNull(z.number()),
  standardDeviation: orNull(z.number()),
  p50: orNull(z.number()),
  p90: orNull(z.number()),
  p95: orNull(z.number()),
  p999: orNull(z.number()),
  p99: orNull(z.number()),
};
const averages = z.strictObject({ m1: z.number(), m5: z.number(), m15: z.number() });
const distribution = z.strictObject({
  ...summary,
  last: orNull(z.number()),
  lastAt: orNull(z.iso.datetime()),
  interval: orNull(z.looseObject(summary)),
  rates: averages,
  averages,
  points: z.array(z.strictObject({ ...summary, at: z.iso.datetime() })),
  data: z.strictObject({ moments: z.looseObject({}), sketch: z.looseObject({}) }),
  exemplars: z
    .array(z.strictObject({ value: z.number(), traceId: z.string(), at: z.iso.datetime() }))
    .optional(),
});
export const statistic = z.strictObject({
  kind: z.enum(['value', 'duration', 'interval', 'counter', 'gauge', 'states', 'sketch']),
  name: z.string(),
  help: z.string(),
  unit: z.string(),
  buckets: z.array(z.number()),
  merge: z.enum(['sum', 'max', 'min', 'average']).optional(),
  series: z.array(
    z.strictObject({
      labels: z.record(z.string(), z.string()),
      data: z.union([
        distribution,
        z.strictObject({ total: z.number() }),
        z.strictObject({ value: z.number(), of: z.number().optional() }),
        z.looseObject({ states: z.looseObject({}) }),
        z.looseObject({ cardinality: z.number() }),
      ]),
    }),
  ),
});

export const point = {
  at: z.iso.datetime(),
  requests: z.number(),
  failed: z.number(),
  inFlight: z.number(),
  elu: z.number(),
  lagMs: ms,
  cpu: z.number(),
  rssBytes: z.number(),
  heapUsedBytes: z.number(),
};
const rate = z.number().nonnegative();

/** Figures of the accept queue in one second. */
export const queueFigures = {
  accepted: orNull(rate),
  handed: orNull(rate),
  shed: orNull(rate),
  shedFull: orNull(rate),
  shedAge: orNull(rate),
  shedCodel: orNull(rate),
  waiting: orNull(rate),
};

export const history = z.strictObject({
  ...point,
  p50Ms: orNull(ms),
  p95Ms: orNull(ms),
  p99Ms: orNull(ms),
  ...queueFigures,
  workers: count,
  stale: count,
});
export const incident = z.strictObject({
  key: z.string(),
  kind: z.enum(['outage', 'error', 'shed', 'dependency', 'worker', 'hint']),
  severity: z.enum(['poor', 'fair']),
  text: z.string(),
  href: z.string(),
  cause: z.string().optional(),
  stack: z.array(z.string()).optional(),
  requestId: z.string().optional(),
  workers: z.array(count).optional(),
  impact: z.string().optional(),
  next: z.array(z.strictObject({ label: z.string(), href: z.string() })).optional(),
  startedAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  endedAt: orNull(z.iso.datetime()),
  isEvent: z.boolean(),
  count,
});
export const route = z.strictObject({
  method: z.string(),
  route: z.string(),
  ever: count,
  count,
  failed: count,
  totalMs: ms,
  meanMs: ms,
  p50Ms: orNull(ms),
  p95Ms: orNull(ms),
  p99Ms: orNull(ms),
  maxMs: ms,
});
export const byOperator = {
  by: z.string(),
  reason: orNull(z.string()),
  since: z.iso.datetime(),
};

export const workerRow = z.strictObject({
  part: z.enum(['current', 'successor', 'leaving']),
  id: orNull(count),
  slot: count,
  pid: orNull(count),
  state: z.string(),
  uptimeMs: orNull(ms),
  silentMs: orNull(ms),
  rssBytes: orNull(count),
  privateBytes: orNull(count),
  heapUsedBytes: orNull(count),
  elu: orNull(z.number()),
  loopDelayP99Ms: orNull(ms),
  connections: count,
  inFlight: count,
  handed: count,
  requests: count,
  livenessFailure: orNull(z.string()),
  out: orNull(z.strictObject({ ...byOperator, remainingMs: ms })),
  unmanaged: z.array(z.string()),
  restarts: count,
  lastExit: orNull(z.looseObject({ at: z.string(), reason: z.string() })),
  nextStartMs: orNull(ms),
});
const step = z.strictObject({ name: z.string(), atMs: ms, ms });
export const requestRecord = {
  id: z.string(),
  method: z.string(),
  route: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: ms,
  queueWaitMs: ms,
  userAgent: z.string(),
  traceId: orNull(z.string()),
  steps: z.array(step),
  worker: count,
};
export const ended = z.strictObject({ ...requestRecord, status: count, isAborted: z.boolean() });
export const admissionPoint = z.looseObject({
  at: z.iso.datetime(),
  refused: count,
  admitted: count,
});
export const checkOutcome = z.strictObject({
  name: z.string(),
  status: z.enum(['up', 'down']),
  counts: z.boolean(),
  tookMs: ms,
  at: z.iso.datetime(),
  error: z.string().optional(),
});
export const configEntry = z.strictObject({
  name: z.string(),
  value: z.unknown(),
  source: z.string(),
});

export const blockedLoop = z.strictObject({
  blocks: count,
  longestMs: ms,
  frames: z.array(
    z.strictObject({
      frame: z.string(),
      count,
      totalMs: ms,
      longestMs: ms,
      lastAt: z.iso.datetime(),
      requestId: orNull(z.string()),
      stack: z.array(z.string()),
    }),
  ),
  latest: z.array(
    z.strictObject({
      at: z.iso.datetime(),
      blockedMs: ms,
      frame: z.string(),
      requestId: orNull(z.string()),
    }),
  ),
});
export const packages = z.strictObject({
  name: z.string(),
  version: z.string(),
  packages: z.array(
    z.strictObject({
      name: z.string(),
      version: z.string(),
      declared: z.string(),
      license: z.string(),
    }),
  ),
});
export const field = z.strictObject({
  name: z.string(),
  label: z.string(),
  kind: z.enum(['text', 'number', 'choice', 'flag', 'scalar']),
  choices: z.array(z.string()).optional(),
  preset: z.union([z.string(), z.number()]).optional(),
  isOptional: z.boolean().optional(),
});
export const artifact = z.strictObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  bytes: count,
  expiresAt: z.iso.datetime(),
  access: z.enum(['read', 'operate', 'sensitive']),
});
export const operationRun = z.strictObject({
  id: z.string().regex(/^[\da-f]{24}$/),
  name: z.string(),
  title: z.string(),
  by: z.string(),
  input: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  startedAt: z.iso.datetime(),
  progress: z.string(),
  artifacts: z.array(artifact),
  state: z.enum(['RUNNING', 'DONE', 'PARTIAL', 'FAILED', 'CANCELLED']),
  outcomes: z
    .array(
      z.strictObject({
        worker: count,
        status: z.enum(['done', 'failed', 'silent']),
        error: z.string().optional(),
      }),
    )
    .optional(),
  endedAt: z.iso.datetime().optional(),
  result: z.unknown().optional(),
  error: z.string().optional(),
});

export const errorGroup = z.looseObject({
  name: z.string(),
  message: z.string(),
  stack: z.string(),
  count,
  firstAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
});
