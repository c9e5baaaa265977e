import type { ManagedWorker } from './managed-worker.ts';
import type { WorkerExit } from './worker-state.ts';

/** How a worker came to its end. */
export interface ExitRecord extends WorkerExit {
  id: number;
  slot: number;
}

/** Ends that are remembered. */
const KEPT = 50;

/** How the latest workers ended, planned or not. */
export class ExitHistory {
  readonly #records: ExitRecord[] = [];

  add({ id, slot }: ManagedWorker, exit: WorkerExit): void {
    this.#records.unshift({ id, slot, ...exit });
    this.#records.length = Math.min(this.#records.length, KEPT);
  }

  /** The latest first. */
  snapshot(): ExitRecord[] {
    return [...this.#records];
  }
}
