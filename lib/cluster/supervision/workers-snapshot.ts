import type { ManagedWorker, OutOrder } from './managed-worker.ts';
import { isNeeded, type Slot } from './slot.ts';
import type { Supervisor } from './supervisor.ts';
import type { WorkerExit, WorkerState } from './worker-state.ts';

/** `current`: holds its slot. `successor`: will take it over. `leaving`: drains or is killed. */
export type WorkerPart = 'current' | 'successor' | 'leaving';

/** Why and how long a worker is out. */
export interface OutWorker extends Omit<OutOrder, 'endsAt'> {
  /** Time until it is put back. */
  remainingMs: number;
}

/**
 * One row of `/api/v1/workers`. A slot without a process has only its `lastExit`; one that is PARKED
 * has no row.
 */
export interface WorkerSnapshot {
  part: WorkerPart;
  id: number | null;
  slot: number;
  pid: number | null;
  state: WorkerState['kind'];
  uptimeMs: number | null;
  /** Time since its last sign of life, while it is STALLED: its figures are as old; else null. */
  silentMs: number | null;
  rssBytes: number | null;
  /** Part of RSS that no other process shares, plus swap; the memory limits apply to it. */
  privateBytes: number | null;
  heapUsedBytes: number | null;
  elu: number | null;
  loopDelayP99Ms: number | null;
  connections: number;
  inFlight: number;
  handed: number;
  /** Requests since its start, as of its latest measurement. */
  requests: number;
  /** Failure of a liveness check, human-readable; null: all pass. */
  livenessFailure: string | null;
  /** Null: no operator took it out. */
  out: OutWorker | null;
  /** Addresses of its servers outside the accept queue. */
  unmanaged: string[];
  restarts: number;
  lastExit: WorkerExit | null;
  /** Time until the next start in an empty slot; null: there is a worker, or no start is due. */
  nextStartMs: number | null;
}

/** Lists all workers: current ones first, then successors, then leaving ones. */
export function workersSnapshot({ slots, leaving }: Supervisor, now: number): WorkerSnapshot[] {
  const current = slots.filter(isNeeded).map((slot) => slotSnapshot(slot, now));
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
  if (state.kind !== 'ACTIVE') {
    const nextStartMs = state.kind === 'BACKOFF' ? leftUntil(state.until, now) : null;
    return { ...ABSENT, unmanaged: [], slot: index, restarts, lastExit, nextStartMs };
  }
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
    silentMs: worker.state.kind === 'STALLED' ? Math.round(now - worker.heardAt) : null,
    ...(worker.usage ?? { ...UNMEASURED, requests: 0 }),
    connections: worker.connections,
    inFlight: worker.inFlight,
    handed: worker.handed,
    livenessFailure: worker.livenessFailure ?? null,
    out: outOf(worker, now),
    unmanaged: [...worker.unmanaged],
    nextStartMs: null,
  };
}

/** Null: not before something else has happened. */
function leftUntil(time: number, now: number): number | null {
  return time === Infinity ? null : Math.max(0, Math.round(time - now));
}

function outOf({ out }: ManagedWorker, now: number): OutWorker | null {
  if (out === undefined) return null;
  const { endsAt, ...order } = out;
  return { ...order, remainingMs: Math.max(0, Math.round(endsAt - now)) };
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
  silentMs: null,
  ...UNMEASURED,
  connections: 0,
  inFlight: 0,
  handed: 0,
  requests: 0,
  livenessFailure: null,
  out: null,
} as const;
