import { z } from 'zod';

import { dependencies } from './dependency-schemas.ts';
import { journalEntry, scaling } from './journal-schemas.ts';
import {
  blockedLoop,
  checkOutcome,
  configEntry,
  count,
  ended,
  errorGroup,
  field,
  ms,
  operationRun,
  orNull,
  packages,
  perWorker,
  point,
  requestRecord,
  route,
  statistic,
  workerRow,
} from './meta-shapes.ts';
import { groupHealth, settingRow } from './operator-shapes.ts';
import { admission, listenerRow, overload } from './overload-schemas.ts';
import { overview } from './overview-schemas.ts';
import { stacks } from './stack-shapes.ts';
import { turnover } from './turnover-shapes.ts';

/** What `data` of each endpoint is. */
export const DATA_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  overview,
  warnings: perWorker(
    z.strictObject({
      findings: z.array(
        z.strictObject({
          level: z.enum(['problem', 'hint']),
          code: z.string(),
          text: z.string(),
          advice: z.string(),
        }),
      ),
      node: z.array(
        z.strictObject({
          name: z.string(),
          code: z.string(),
          message: z.string(),
          count,
          lastAt: z.iso.datetime(),
        }),
      ),
    }),
  ),
  health: z.strictObject({
    isReady: z.boolean(),
    group: orNull(groupHealth),
    workers: z.array(
      z.strictObject({
        id: count,
        slot: count,
        state: z.string(),
        isReady: orNull(z.boolean()),
        failure: orNull(z.string()),
      }),
    ),
    checks: z.array(
      z.strictObject({
        kind: z.enum(['readiness', 'liveness']),
        name: z.string(),
        status: z.enum(['up', 'down']),
        counts: z.boolean(),
        up: z.array(count),
        down: z.array(count),
        errors: z.array(z.string()),
        tookMs: ms,
        at: z.iso.datetime(),
      }),
    ),
  }),
  settings: z.array(settingRow),
  readiness: z.strictObject({
    group: orNull(groupHealth),
    workers: perWorker(z.strictObject({ isReady: z.boolean(), checks: z.array(checkOutcome) })),
  }),
  liveness: perWorker(z.array(checkOutcome)),
  workers: z.array(workerRow),
  exits: turnover,
  scaling: orNull(scaling),
  requests: z.strictObject({
    inFlight: count,
    live: z.array(z.strictObject({ ...requestRecord, where: z.string(), remainingMs: orNull(ms) })),
    failed: z.array(ended),
    slow: z.array(ended),
    routes: z.array(route),
  }),
  routes: z.array(
    z.strictObject({
      method: z.string(),
      path: z.string(),
      handler: z.string(),
      guards: z.array(z.string()),
      interceptors: z.array(z.string()),
      total: count,
      recent: orNull(route),
    }),
  ),
  overload,
  'accept-queue': z.array(listenerRow),
  admission: perWorker(admission),
  threads: perWorker(
    z.strictObject({
      mode: z.string(),
      pools: z.array(z.looseObject({ name: z.string(), size: count })),
      methods: z.array(z.looseObject({ id: z.string(), roiMs: ms })),
      auto: z.array(z.looseObject({})),
    }),
  ),
  dependencies,
  connections: perWorker(z.looseObject({})),
  sockets: z.strictObject({
    total: count,
    rows: z.array(
      z.strictObject({
        worker: count,
        fd: orNull(z.number()),
        kind: z.enum(['listening', 'incoming', 'outgoing', 'pipe', 'udp', 'other']),
        local: z.string(),
        remote: z.string(),
        service: z.string(),
        writeQueueBytes: count,
        openedAt: orNull(z.iso.datetime()),
        openedBy: z.string(),
      }),
    ),
  }),
  process: perWorker(
    z.strictObject({
      service: z.strictObject({ name: z.string(), version: z.string() }),
      pid: count,
      parentPid: count,
      worker: count,
      slot: count,
      phase: z.enum(['SERVING', 'DRAINING', 'ENDING']),
      startedAt: z.iso.datetime(),
      uptimeMs: ms,
      title: z.string(),
      executable: z.string(),
      arguments: z.array(z.string()),
      nodeOptions: z.array(z.string()),
      directory: z.string(),
      user: orNull(count),
      group: orNull(count),
      limits: z.array(
        z.strictObject({
          name: z.string(),
          soft: orNull(z.number()),
          hard: orNull(z.number()),
          unit: z.string(),
        }),
      ),
      machine: z.strictObject({
        hostname: z.string(),
        system: z.string(),
        architecture: z.string(),
        parallelism: count,
        memoryBytes: count,
        memoryLimitBytes: orNull(count),
        loadAverages: z.array(z.number()).length(3),
      }),
    }),
  ),
  runtime: perWorker(
    z.strictObject({
      versions: z.record(z.string(), z.string()),
      flags: count,
      heap: z.record(z.string(), z.number()),
      spaces: z.array(
        z.strictObject({
          name: z.string(),
          sizeBytes: count,
          usedBytes: count,
          availableBytes: count,
        }),
      ),
      loop: z.strictObject({
        utilization: z.number(),
        iterations: count,
        events: count,
        eventsWaiting: count,
      }),
      threadPool: z.strictObject({ threads: count }),
    }),
  ),
  'blocked-loop': perWorker(blockedLoop),
  stacks,
  resources: perWorker(
    z.strictObject({
      cpu: z.strictObject({ userMs: ms, systemMs: ms }),
      memory: z.record(z.string(), orNull(z.number())),
      pageFaults: z.strictObject({ minor: count, major: count }),
      contextSwitches: z.strictObject({ voluntary: count, involuntary: count }),
      fileSystem: z.strictObject({ reads: count, writes: count }),
      descriptors: orNull(count),
      activeResources: z.record(z.string(), count),
      history: z.array(z.strictObject(point)),
      memoryLimitBytes: orNull(count),
    }),
  ),
  modules: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      isGlobal: z.boolean(),
      distance: z.number(),
      imports: z.array(z.string()),
      controllers: z.array(z.string()),
      providers: z.array(z.string()),
      exports: z.array(z.string()),
      boot: orNull(z.strictObject({ atMs: ms, ms })),
    }),
  ),
  packages,
  config: z.strictObject({ group: z.array(configEntry), workers: perWorker(z.array(configEntry)) }),
  environment: perWorker(
    z.array(z.strictObject({ name: z.string(), value: z.string(), isHidden: z.boolean() })),
  ),
  stats: z.array(statistic),
  logs: perWorker(z.array(z.looseObject({ time: z.iso.datetime() }))),
  errors: perWorker(z.array(errorGroup)),
  'log-levels': perWorker(
    z.strictObject({ level: z.string(), overrides: z.array(z.looseObject({})) }),
  ),
  journal: z.array(journalEntry),
  operations: z.strictObject({
    available: z.array(
      z.strictObject({
        name: z.string(),
        title: z.string(),
        summary: z.string().optional(),
        access: z.enum(['read', 'operate', 'sensitive']),
        guard: z.string().optional(),
        confirmation: z.string().optional(),
        isQuick: z.boolean().optional(),
        isLong: z.boolean().optional(),
        isAllowed: z.boolean(),
        fields: z.array(field).optional(),
      }),
    ),
    runs: z.array(operationRun),
    audit: z.array(
      z.looseObject({
        at: z.iso.datetime(),
        by: z.string(),
        what: z.string(),
        outcome: z.enum(['started', 'done', 'partial', 'failed']),
      }),
    ),
  }),
  app: z.array(
    z.strictObject({
      path: z.string(),
      title: z.string(),
      about: z.string(),
      access: z.enum(['read', 'operate', 'sensitive']),
      merge: z.boolean(),
      isShared: z.boolean(),
    }),
  ),
};

/** Every answer. */
export function envelopeOf(data: z.ZodType): z.ZodType {
  return z.strictObject({
    at: z.iso.datetime(),
    workers: z.strictObject({ expected: count, answered: count, missing: z.array(count) }),
    primarySilentSince: z.iso.datetime().optional(),
    data,
    next: z.string().nullable().optional(),
  });
}
