import type { ManagedWorker } from '../supervision/managed-worker.ts';

/**
 * Which worker of each place may take itself for the one that has it. A READY worker gets its place
 * only when the one that had it before has given it back, or is gone: so no two of a place ever have
 * it, whatever one of them is late to hear.
 */
export class PlaceHolders {
  readonly #workers: () => readonly ManagedWorker[];
  readonly #holders = new Map<number, ManagedWorker>();
  #state: 'WAITING' | 'GIVING' | 'TAKING' = 'WAITING';
  #onAllFree: (() => void) | undefined;

  /** @param workers those that have their slots */
  constructor(workers: () => readonly ManagedWorker[]) {
    this.#workers = workers;
  }

  /** No other group gives these places any more. */
  open(): void {
    if (this.#state === 'WAITING') this.#state = 'GIVING';
    this.give();
  }

  /** Gives no more. @param onAllFree called as soon as all that were given are given back */
  close(onAllFree: () => void): void {
    this.#state = 'TAKING';
    this.#onAllFree = onAllFree;
    this.#lookWhetherFree();
  }

  /** Gives free places to workers that are READY. To be called whenever one may be. */
  give(): void {
    if (this.#state !== 'GIVING') return;
    for (const worker of this.#workers()) {
      const { slot, state, process } = worker;
      if (state.kind !== 'READY' || this.#holders.has(slot)) continue;
      this.#holders.set(slot, worker);
      process?.send({ kind: 'place' });
    }
  }

  /** It has given its place back, or is gone. */
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
