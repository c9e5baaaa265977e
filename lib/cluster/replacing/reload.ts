import { ignore } from '../../common/ignore.ts';
import { ReloadError } from '../cluster.errors.ts';
import type { ResolvedReloadOptions } from '../group.options.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { Replacement } from './replacement.ts';
import type { Rotation } from './rotation.ts';

/** Result of a reload. */
export interface ReloadOutcome {
  /** Workers that the reload replaced; without those that restarted by themselves meanwhile. */
  replaced: number;
  tookMs: number;
}

export interface ReloaderOptions {
  reload: ResolvedReloadOptions;
  rotation: Rotation;
  workers: () => readonly ManagedWorker[];
  onReplacement: (replacement: Replacement) => void;
}

/** Replaces all workers, one by one, with the code on disk; stops at the first failure. */
export class Reloader {
  readonly #options: ReloaderOptions;
  #running: Promise<ReloadOutcome> | undefined;
  #next: Promise<ReloadOutcome> | undefined;
  #isClosed = false;

  constructor(options: ReloaderOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /**
   * Replaces every present worker. A call during a reload queues another one, as the code may have
   * changed since; further calls share it.
   *
   * @throws ReloadError if a new worker fails; the remaining old ones keep serving
   */
  reload(): Promise<ReloadOutcome> {
    if (this.#running === undefined) return this.#start();
    return (this.#next ??= this.#running.then(ignore, ignore).then(() => {
      this.#next = undefined;
      return this.#start();
    }));
  }

  /** Stops after the replacement under way. */
  close(): void {
    this.#isClosed = true;
    this.#options.rotation.cancelOrders();
  }

  #start(): Promise<ReloadOutcome> {
    const running = this.#replaceAll().finally(() => (this.#running = undefined));
    this.#running = running;
    return running;
  }

  async #replaceAll(): Promise<ReloadOutcome> {
    const { rotation, workers, reload, onReplacement } = this.#options;
    const startedAt = performance.now();
    const all = workers();
    let replaced = 0;
    for (const worker of all) {
      if (this.#isClosed) throw new ReloadError('the group ends', { replaced, of: all.length });
      // oxlint-disable-next-line no-await-in-loop -- one after another is the point
      const replacement = await rotation.replace(worker, { reason: 'reload', ...reload });
      // It has lost its slot meanwhile: the next worker there runs the new code.
      if (replacement === undefined) continue;
      onReplacement(replacement);
      if (replacement.failure !== null) {
        throw new ReloadError(replacement.failure, { replaced, of: all.length });
      }
      replaced++;
    }
    return { replaced, tookMs: Math.round(performance.now() - startedAt) };
  }
}
