import { processWide } from './process-wide.ts';

/** Process phases, in order: serving, finishing what is in flight, cutting what is left. */
export type ProcessPhase = 'SERVING' | 'DRAINING' | 'ENDING';

/** Identity of this process within its group. */
export interface ProcessIdentity {
  /** `group`: a worker of a `Group`. `single`: the only process. */
  readonly mode: 'group' | 'single';
  /** Sequence number over all workers ever started; 0 in a single process. */
  readonly worker: number;
  /** Slot of the worker, from 0. */
  readonly slot: number;
  /** Configured number of workers; 1 in a single process. */
  readonly workers: number;
}

/** Phase of the process: set by its supervisor, observed by features. */
export class ProcessLifecycle {
  readonly #onDrain = new Set<() => void>();
  readonly #onEnding = new Set<() => void>();
  readonly #farewells = new Set<() => void>();
  #phase: ProcessPhase = 'SERVING';
  /** Directory private to the group's processes; absent without a group. */
  directory: string | undefined;
  /** Last reported readiness of the group; of a single process, false while it is a lame duck. */
  isGroupReady = true;
  /** Error from our checks in this turn of the loop; see wrong-use.ts. */
  lastWrongUse: Error | undefined;
  /** Reports this process's readiness to the group; absent without one. */
  tellReadiness: ((isReady: boolean) => void) | undefined;
  /** Whether a worker owns its slot; undefined: a single process does, a worker does not. */
  #hasPlace: boolean | undefined;
  #identity: ProcessIdentity = { mode: 'single', worker: 0, slot: 0, workers: 1 };

  get phase(): ProcessPhase {
    return this.#phase;
  }

  /** Whether this process is the only one in its slot; false from its drain on. */
  get isCurrent(): boolean {
    const hasPlace = this.#hasPlace ?? this.#identity.mode === 'single';
    return hasPlace && this.#phase === 'SERVING';
  }

  /** Makes this worker the owner of its slot, until it drains. */
  takePlace(): void {
    this.#hasPlace = true;
  }

  get identity(): ProcessIdentity {
    return this.#identity;
  }

  identify(identity: ProcessIdentity): void {
    this.#identity = identity;
  }

  /** Starts the drain: takes nothing new, lets requests in flight finish. */
  startDrain(): void {
    if (this.#phase !== 'SERVING') return;
    this.#phase = 'DRAINING';
    for (const listener of this.#onDrain) listener();
  }

  /** Calls `listener` when the drain starts. The returned function removes it. */
  onDrain(listener: () => void): () => void {
    this.#onDrain.add(listener);
    return () => void this.#onDrain.delete(listener);
  }

  /** Ends the grace period: what is still in flight is cut. */
  end(): void {
    if (this.#phase === 'ENDING') return;
    this.#phase = 'ENDING';
    for (const listener of this.#onEnding) listener();
  }

  /**
   * Calls `farewell` after the drain, before the application closes. The returned function removes
   * it.
   */
  onFarewell(farewell: () => void): () => void {
    this.#farewells.add(farewell);
    return () => void this.#farewells.delete(farewell);
  }

  /** Runs the farewells: nothing is in flight any more. */
  drained(): void {
    const farewells = [...this.#farewells];
    this.#farewells.clear();
    for (const farewell of farewells) farewell();
  }

  /** Calls `listener` when the grace period ends. The returned function removes it. */
  onEnding(listener: () => void): () => void {
    this.#onEnding.add(listener);
    return () => void this.#onEnding.delete(listener);
  }
}

/** The lifecycle of this process. */
export const processLifecycle = processWide('lifecycle', () => new ProcessLifecycle());
