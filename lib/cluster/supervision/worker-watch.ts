import type { ResolvedSupervisionOptions } from '../group.options.ts';
import type { ManagedWorker } from './managed-worker.ts';
import { isStarting } from './worker-state.ts';

export interface WorkerWatchOptions {
  supervision: Pick<ResolvedSupervisionOptions, 'bootTimeoutMs' | 'stalledAfterMs' | 'hungAfterMs'>;
  /** Returns the last stack of a worker killed for a blocked event loop. */
  stackOf?: ((worker: ManagedWorker) => string[] | undefined) | undefined;
}

/** Marks workers whose event loop is silent; kills those that don't boot or stay silent. */
export class WorkerWatch {
  readonly #options: WorkerWatchOptions;

  constructor(options: WorkerWatchOptions) {
    this.#options = options;
  }

  look(worker: ManagedWorker, now: number): void {
    if (worker.state.kind === 'STOPPING' || worker.isDebugged) return;
    const { bootTimeoutMs, stalledAfterMs, hungAfterMs } = this.#options.supervision;
    if (isStarting(worker.state)) {
      if (now - worker.spawnedAt <= bootTimeoutMs) return;
      worker.endCause ??= 'boot';
      return kill(worker, `not ready within ${bootTimeoutMs} ms`, now);
    }
    const silentMs = now - worker.heardAt;
    if (silentMs > stalledAfterMs) worker.apply({ kind: 'silent' }, now);
    if (silentMs > hungAfterMs) this.#endHung(worker, now);
  }

  /** Spares one that an operator has taken out to look at it. */
  #endHung(worker: ManagedWorker, now: number): void {
    if (worker.out !== undefined) return;
    worker.lastStack = this.#options.stackOf?.(worker);
    worker.endCause ??= 'hung';
    const { hungAfterMs } = this.#options.supervision;
    kill(worker, `its event loop was blocked for ${hungAfterMs} ms`, now);
  }
}

/** Kills a worker, once. */
export function kill(worker: ManagedWorker, reason: string, now: number): void {
  if (worker.state.kind === 'STOPPING') return;
  worker.reason = worker.reason === undefined ? reason : `${worker.reason}; ${reason}`;
  worker.apply({ kind: 'stop' }, now);
  worker.process?.kill('SIGKILL');
}
