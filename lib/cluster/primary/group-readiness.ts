import type { ManagedWorker } from '../supervision/managed-worker.ts';

export interface GroupReadinessOptions {
  /** READY workers that make the group ready. */
  quorum: number;
  /** Whether the group takes new work at all. */
  isServing: () => boolean;
  /** Workers that hold their slots. */
  workers: () => readonly ManagedWorker[];
  /** All present processes. */
  present: () => readonly ManagedWorker[];
}

/** Whether enough workers are READY and pass their own checks: the single meaning of `/readyz`. */
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

  /** Sends changes to the workers, so that the application's `/readyz` agrees with the probes. */
  tell(): void {
    const { isReady } = this;
    for (const worker of this.#options.present()) {
      if (worker.role !== 'app' || worker.toldReady === isReady) continue;
      worker.toldReady = isReady;
      worker.process?.send({ kind: 'readiness', isReady });
    }
  }
}
