import type { ManagedWorker } from '../supervision/managed-worker.ts';

export interface GroupReadinessOptions {
  /** READY workers that make the group ready. */
  quorum: number;
  /** Whether the group takes new work at all, and no operator has failed its health. */
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
    return this.#options.isServing() && this.readyWorkers >= this.quorum;
  }

  /** READY workers that make the group ready. */
  get quorum(): number {
    return this.#options.quorum;
  }

  /** READY workers that pass their own checks, and are not out. */
  get readyWorkers(): number {
    return this.#options.workers().filter(({ takesConnections, passesChecks }) => {
      return takesConnections && passesChecks;
    }).length;
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
