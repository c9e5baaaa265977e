/** How far a process is on its one way: it serves, finishes what it has, then cuts what is left. */
export type ProcessPhase = 'SERVING' | 'DRAINING' | 'ENDING';

/** Who this process is among the processes of its group. */
export interface ProcessIdentity {
  /** `group`: a worker of a `Group`. `single`: the only process. */
  readonly mode: 'group' | 'single';
  /** Counts up over all workers ever started; 0 in a single process. */
  readonly worker: number;
  /** The worker's place, from 0. */
  readonly slot: number;
  /** Workers that the group should have; 1 in a single process. */
  readonly workers: number;
}

/** The phase of a process, which whoever ends it moves on and features follow. */
export class ProcessLifecycle {
  readonly #onEnding = new Set<() => void>();
  readonly #farewells = new Set<() => void>();
  #phase: ProcessPhase = 'SERVING';
  /** Private to the processes of the group; absent without one. */
  directory: string | undefined;
  /** Where the pages of the group are; absent without them. */
  pages: { readonly host: string; readonly port: number; readonly path?: string } | undefined;
  /** Whether the group is ready for new work, as it has told last. */
  isGroupReady = true;
  /** The latest error of a check of ours: see wrong-use.ts. */
  lastWrongUse: Error | undefined;
  /** Tells the group whether this process passes its readiness checks; absent without one. */
  tellReadiness: ((isReady: boolean) => void) | undefined;
  /** A worker of a group has its place when it was given to it; any other process is alone in its own. */
  #hasPlace: boolean | undefined;
  #identity: ProcessIdentity = { mode: 'single', worker: 0, slot: 0, workers: 1 };

  get phase(): ProcessPhase {
    return this.#phase;
  }

  /** Whether this process has its place, and no other process has it too; false from its drain on. */
  get isCurrent(): boolean {
    const hasPlace = this.#hasPlace ?? this.#identity.mode === 'single';
    return hasPlace && this.#phase === 'SERVING';
  }

  /** The place of this worker is its own from now on, until it drains. */
  takePlace(): void {
    this.#hasPlace = true;
  }

  get identity(): ProcessIdentity {
    return this.#identity;
  }

  identify(identity: ProcessIdentity): void {
    this.#identity = identity;
  }

  /** A drain has begun: nothing new comes, and what is in flight may finish. */
  startDrain(): void {
    if (this.#phase === 'SERVING') this.#phase = 'DRAINING';
  }

  /** The grace has ended: what is in flight now is cut. */
  end(): void {
    if (this.#phase === 'ENDING') return;
    this.#phase = 'ENDING';
    for (const listener of this.#onEnding) listener();
  }

  /**
   * Calls `farewell` once the process has been drained, before the application closes; the returned
   * function takes it back.
   */
  onFarewell(farewell: () => void): () => void {
    this.#farewells.add(farewell);
    return () => void this.#farewells.delete(farewell);
  }

  /** Everything that was in flight is over. */
  drained(): void {
    const farewells = [...this.#farewells];
    this.#farewells.clear();
    for (const farewell of farewells) farewell();
  }

  /** Calls `listener` when the grace ends; the returned function takes it back. */
  onEnding(listener: () => void): () => void {
    this.#onEnding.add(listener);
    return () => void this.#onEnding.delete(listener);
  }
}

/** Shared by all copies of this package in the process: a bundle may bring a second one. */
const slot = Symbol.for('nestjs-buttress.lifecycle');

interface LifecycleSlot {
  [slot]?: ProcessLifecycle;
}

/** The lifecycle of this process. */
export function processLifecycle(): ProcessLifecycle {
  return ((globalThis as LifecycleSlot)[slot] ??= new ProcessLifecycle());
}
