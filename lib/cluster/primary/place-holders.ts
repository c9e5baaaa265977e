import type { ManagedWorker } from '../supervision/managed-worker.ts';

/**
 * Grants each slot to one current worker (`isCurrent`). A READY worker gets its slot only after
 * the previous holder has yielded it or ended, so two workers never both hold a slot, even if
 * messages are delayed.
 */
export class PlaceHolders {
  readonly #workers: () => readonly ManagedWorker[];
  readonly #holders = new Map<number, ManagedWorker>();
  #state: 'WAITING' | 'GIVING' | 'TAKING' = 'WAITING';
  #onAllFree: (() => void) | undefined;

  /** @param workers the supervisor's workers, without successors and leaving ones */
  constructor(workers: () => readonly ManagedWorker[]) {
    this.#workers = workers;
  }

  /** Starts granting: no other group grants these slots any more. */
  open(): void {
    if (this.#state === 'WAITING') this.#state = 'GIVING';
    this.give();
  }

  /** Stops granting. @param onAllFree called once every granted slot is free */
  close(onAllFree: () => void): void {
    this.#state = 'TAKING';
    this.#onAllFree = onAllFree;
    this.#lookWhetherFree();
  }

  /** Grants free slots to READY workers. Call it whenever a worker may be READY. */
  give(): void {
    if (this.#state !== 'GIVING') return;
    for (const worker of this.#workers()) {
      const { slot, state, process } = worker;
      if (state.kind !== 'READY' || this.#holders.has(slot)) continue;
      this.#holders.set(slot, worker);
      process?.send({ kind: 'place' });
    }
  }

  /** Frees the slot of a worker that has yielded it or ended. */
  free(worker: ManagedWorker): void {
    if (this.#holders.get(worker.slot) !== worker) return;
    this.#holders.delete(worker.slot);
    this.#lookWhetherFree();
    this.give();
  }

  #lookWhetherFree(): void {
    if (this.#state !== 'TAKING' || this.#holders.size > 0) return;
    this.#onAllFree?.();
    this.#onAllFree = undefined;
  }
}
