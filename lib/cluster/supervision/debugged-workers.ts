import type { PrimaryLog } from '../primary-log.ts';
import type { ManagedWorker } from './managed-worker.ts';
import { opensInspector } from './worker-arguments.ts';

const UNWATCHED =
  'a worker has its inspector open: it is not killed while its event loop is blocked, and other ' +
  'workers take new connections';

const WATCHED = 'all inspectors of workers are closed: blocked event loops are watched again';

/** Workers with an open inspector: a debugger may stop them at any time. */
export class DebuggedWorkers {
  readonly #log: PrimaryLog;
  readonly #open = new Set<ManagedWorker>();

  constructor(log: PrimaryLog) {
    this.#log = log;
  }

  /** Assumes an open inspector: a worker that waits for its debugger can't report it. */
  spawned(worker: ManagedWorker): void {
    if (worker.role === 'app' && opensInspector()) this.note(worker, true);
  }

  /** Logs the first open inspector, and when none is open any more. */
  note(worker: ManagedWorker, isOpen: boolean): void {
    worker.isDebugged = isOpen;
    if (!isOpen) {
      const wasOpen = this.#open.delete(worker);
      if (wasOpen && this.#open.size === 0) this.#log('info', WATCHED);
      return;
    }
    const { id, process } = worker;
    if (this.#open.size === 0) this.#log('warn', UNWATCHED, { id, pid: process?.pid ?? null });
    this.#open.add(worker);
  }

  gone(worker: ManagedWorker): void {
    this.#open.delete(worker);
  }
}
