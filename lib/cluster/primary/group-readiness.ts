import type { ManagedWorker } from '../supervision/managed-worker.ts';

export interface GroupReadinessOptions {
  /** READY workers that make the group ready. */
  quorum: number;
  /** Whether the group takes new work at all. */
  isServing: () => boolean;
  /** Workers that have their places. */
  workers: () => readonly ManagedWorker[];
  /** Every process that is there. */
  present: () => readonly ManagedWorker[];
}

/** Whether enough workers are READY and pass their own checks: the one meaning of `/readyz`. */
export class GroupReadiness {
  readonly #options: GroupReadinessOptions;

  constructor(options: GroupReadinessOptions) {
    this.#options = options;
  }

  get isReady(): boolean {
    const { quorum, isServing, workers } = this.#options;
    const ready = workers().filter(({ state, passesChecks }) => {
      return state.kind === 'READY' && passesChecks;
    });
    return isServing() && ready.length >= quorum;
  }

  /** The application's own `/readyz` says what the probes say. */
  tell(): void {
    const { isReady } = this;
    for (const worker of this.#options.present()) {
      if (worker.role !== 'app' || worker.toldReady === isReady) continue;
      worker.toldReady = isReady;
      worker.process?.send({ kind: 'readiness', isReady });
    }
  }
}
