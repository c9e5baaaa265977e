import type { WorkerUsage } from '../protocol/control-messages.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';

/** A worker as it was before, or is after a replacement. */
export interface RotationSide {
  id: number;
  pid: number | null;
  usage: WorkerUsage | null;
}

/** How a planned replacement went. */
export interface Replacement {
  slot: number;
  reason: string;
  /** `failed`: the old worker had to end first, and the new one did not get READY. */
  outcome: 'replaced' | 'kept' | 'failed';
  /** Why the old worker was kept, or the new one failed. */
  failure: string | null;
  before: RotationSide;
  /** Null: none was started. */
  after: RotationSide | null;
  /** From the start of the new worker until it took the place, in milliseconds. */
  tookMs: number;
  /** Wall-clock time, ISO 8601. */
  at: string;
}

export function sideOf({ id, process, usage }: ManagedWorker): RotationSide {
  return { id, pid: process?.pid ?? null, usage: usage ?? null };
}
