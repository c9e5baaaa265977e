import type { ManagedWorker } from './managed-worker.ts';
import type { WorkerExit } from './worker-state.ts';

/** A slot's worker, the wait until the next start, or PARKED: the group does not need it now. */
type SlotState =
  | { kind: 'ACTIVE'; worker: ManagedWorker }
  | { kind: 'BACKOFF'; until: number }
  | { kind: 'PARKED' }
  | { kind: 'CLOSED' };

/** A numbered position, filled by one worker after another. */
export interface Slot {
  readonly index: number;
  state: SlotState;
  /** Starts or proves itself while the current worker serves. */
  successor: ManagedWorker | undefined;
  /** Consecutive failures; a worker READY for `FORGET_AFTER_MS` resets them. */
  failures: number;
  restarts: number;
  lastExit: WorkerExit | undefined;
}

/** Creates `count` slots, of which the first `needed` get a worker. */
export function emptySlots(count: number, needed: number): Slot[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    state: index < needed ? { kind: 'BACKOFF', until: 0 } : { kind: 'PARKED' },
    successor: undefined,
    failures: 0,
    restarts: 0,
    lastExit: undefined,
  }));
}

/** Whether the group needs a worker there. */
export function isNeeded({ state }: Slot): boolean {
  return state.kind !== 'PARKED';
}

/** Whether it has ever been needed: what was counted of it stays. */
export function wasNeeded(slot: Slot): boolean {
  return isNeeded(slot) || slot.lastExit !== undefined;
}
