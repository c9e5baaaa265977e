import { availableProcessors } from '../../common/process/available-processors.ts';
import type { Supervisor } from '../supervision/supervisor.ts';

/** Longest wait for the workers. */
const MAX_WAIT_MS = 5_000;

/**
 * When the meta process starts. It boots a framework of its own, so it waits until all workers are
 * READY or one has ended, but not for ever: the pages must show a group whose workers hang. With a
 * core for each worker and one more it need not wait.
 */
export class PagesStart {
  readonly #workers: () => Pick<Supervisor, 'slots' | 'hasStarted' | 'exits'>;
  readonly #parallelism: number;
  #dueAt: number | undefined;
  #isDue = false;

  /** @param parallelism cores that this group may use */
  constructor(
    workers: () => Pick<Supervisor, 'slots' | 'hasStarted' | 'exits'>,
    parallelism = availableProcessors(),
  ) {
    this.#workers = workers;
    this.#parallelism = parallelism;
  }

  /** Whether it may run: once true, always true. The wait begins with the first call. */
  isDue(now: number): boolean {
    this.#dueAt ??= now + MAX_WAIT_MS;
    this.#isDue ||= now >= this.#dueAt || this.#needNotWait;
    return this.#isDue;
  }

  get #needNotWait(): boolean {
    const { slots, hasStarted, exits } = this.#workers();
    return hasStarted || exits.length > 0 || this.#parallelism > slots.length;
  }
}
