import type { Slot } from './supervisor.ts';
import type { WorkerExit, WorkerState } from './worker-state.ts';

/** One row of `/api/v1/workers`. A place without a process has its last worker's exit only. */
export interface WorkerSnapshot {
  id: number | null;
  slot: number;
  pid: number | null;
  state: WorkerState['kind'];
  uptimeMs: number | null;
  rssBytes: number | null;
  heapUsedBytes: number | null;
  elu: number | null;
  loopDelayP99Ms: number | null;
  connections: number;
  inFlight: number;
  handed: number;
  /** Servers of the application that are not under the accept queue. */
  unmanaged: string[];
  restarts: number;
  lastExit: WorkerExit | null;
}

/** What the primary knows of the worker in a slot. */
export function workerSnapshot(slot: Slot, now: number): WorkerSnapshot {
  const { index, restarts, lastExit = null, state } = slot;
  if (state.kind !== 'ACTIVE') return { ...ABSENT, unmanaged: [], slot: index, restarts, lastExit };
  const { worker } = state;
  return {
    id: worker.id,
    slot: index,
    pid: worker.process?.pid ?? null,
    state: worker.state.kind,
    uptimeMs: Math.round(now - worker.spawnedAt),
    ...(worker.usage ?? UNMEASURED),
    connections: worker.connections,
    inFlight: worker.inFlight,
    handed: worker.handed,
    unmanaged: [...worker.unmanaged],
    restarts,
    lastExit,
  };
}

const UNMEASURED = { rssBytes: null, heapUsedBytes: null, elu: null, loopDelayP99Ms: null };

const ABSENT = {
  id: null,
  pid: null,
  state: 'EXITED',
  uptimeMs: null,
  ...UNMEASURED,
  connections: 0,
  inFlight: 0,
  handed: 0,
} as const;
