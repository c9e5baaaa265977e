import type { WorkerUsage } from '../protocol/control-messages.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';

/** The old or the new worker of a replacement. */
export interface RotationSide {
  id: number;
  pid: number | null;
  usage: WorkerUsage | null;
}

/** Result of a planned replacement. */
export interface Replacement {
  slot: number;
  reason: string;
  /** `failed`: the old worker had to end first, and the new one failed. */
  outcome: 'replaced' | 'kept' | 'failed';
  /** Why the old worker was kept, or the new one failed. */
  failure: string | null;
  before: RotationSide;
  /** Null: no worker was started. */
  after: RotationSide | null;
  /** From the start of the new worker until it took over the slot or failed. */
  tookMs: number;
  /** Wall-clock time, ISO 8601. */
  at: string;
}

export function sideOf({ id, process, usage }: ManagedWorker): RotationSide {
  return { id, pid: process?.pid ?? null, usage: usage ?? null };
}
