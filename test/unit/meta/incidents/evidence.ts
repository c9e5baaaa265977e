import { findProblems } from '../../../../lib/meta/incidents/find-problems.ts';
import type { Evidence } from '../../../../lib/meta/incidents/problem.ts';

type WorkerRow = Evidence['workers'][number];

/** Row of a worker that is well. */
export const WELL: WorkerRow = {
  part: 'current',
  id: 1,
  slot: 0,
  pid: 100,
  state: 'READY',
  uptimeMs: 1,
  silentMs: null,
  rssBytes: 1,
  privateBytes: 1,
  heapUsedBytes: 1,
  elu: 0,
  loopDelayP99Ms: 1,
  connections: 0,
  inFlight: 0,
  handed: 0,
  requests: 0,
  livenessFailure: null,
  out: null,
  unmanaged: [],
  restarts: 0,
  lastExit: null,
  nextStartMs: null,
};

/** A group in which all is well. */
export const NOTHING: Evidence = {
  workers: [WELL],
  primarySilentSince: null,
  missing: [],
  queues: [],
  pressure: [],
  warnings: [],
  connections: [],
  requests: [],
  readiness: [],
  shed: 0,
  blocked: [],
  threads: [],
  versions: [],
  isReloading: false,
  stoppedReload: null,
  replacements: [],
  health: null,
  growth: [],
  memoryLimitBytes: null,
  stacks: new Map(),
};

export function textsOf(evidence: Evidence): string[] {
  return findProblems(evidence, 0).map(({ text }) => text);
}
