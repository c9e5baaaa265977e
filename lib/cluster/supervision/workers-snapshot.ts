import type { ManagedWorker } from './managed-worker.ts';
import type { Slot, Supervisor } from './supervisor.ts';
import type { WorkerExit, WorkerState } from './worker-state.ts';

/**
 * `current`: it has its place. `successor`: it will follow the one that has it. `leaving`: it
 * finishes what it has.
 */
export type WorkerPart = 'current' | 'successor' | 'leaving';

/** One row of `/api/v1/workers`. A place without a process has its last worker's exit only. */
export interface WorkerSnapshot {
  part: WorkerPart;
  id: number | null;
  slot: number;
  pid: number | null;
  state: WorkerState['kind'];
  uptimeMs: number | null;
  rssBytes: number | null;
  /** Of these, what no other process shares: what the limits are of. */
  privateBytes: number | null;
  heapUsedBytes: number | null;
  elu: number | null;
  loopDelayP99Ms: number | null;
  connections: number;
  inFlight: number;
  handed: number;
  /** Requests that it has taken since it started, a moment ago. */
  requests: number;
  /** In words, what one of its health signals says. */
  unwell: string | null;
  /** Servers of the application that are not under the accept queue. */
  unmanaged: string[];
  restarts: number;
  lastExit: WorkerExit | null;
}

/** What the primary knows of all workers: first those that have their places. */
export function workersSnapshot({ slots, leaving }: Supervisor, now: number): WorkerSnapshot[] {
  const current = slots.map((slot) => slotSnapshot(slot, now));
  const successors = slots.flatMap(({ successor, restarts }) => {
    return successor === undefined
      ? []
      : [{ ...workerSnapshot(successor, 'successor', now), restarts, lastExit: null }];
  });
  const others = leaving.map((worker) => ({
    ...workerSnapshot(worker, 'leaving', now),
    restarts: slots[worker.slot]?.restarts ?? 0,
    lastExit: null,
  }));
  return [...current, ...successors, ...others];
}

function slotSnapshot(slot: Slot, now: number): WorkerSnapshot {
  const { index, restarts, lastExit = null, state } = slot;
  if (state.kind !== 'ACTIVE') return { ...ABSENT, unmanaged: [], slot: index, restarts, lastExit };
  return { ...workerSnapshot(state.worker, 'current', now), restarts, lastExit };
}

function workerSnapshot(
  worker: ManagedWorker,
  part: WorkerPart,
  now: number,
): Omit<WorkerSnapshot, 'restarts' | 'lastExit'> {
  return {
    part,
    id: worker.id,
    slot: worker.slot,
    pid: worker.process?.pid ?? null,
    state: worker.state.kind,
    uptimeMs: Math.round(now - worker.spawnedAt),
    ...(worker.usage ?? { ...UNMEASURED, requests: 0 }),
    connections: worker.connections,
    inFlight: worker.inFlight,
    handed: worker.handed,
    unwell: worker.unwell ?? null,
    unmanaged: [...worker.unmanaged],
  };
}

const UNMEASURED = {
  rssBytes: null,
  privateBytes: null,
  heapUsedBytes: null,
  elu: null,
  loopDelayP99Ms: null,
};

const ABSENT = {
  part: 'current',
  id: null,
  pid: null,
  state: 'EXITED',
  uptimeMs: null,
  ...UNMEASURED,
  connections: 0,
  inFlight: 0,
  handed: 0,
  requests: 0,
  unwell: null,
} as const;
