/**
 * - `STARTING`: workers start side by side, up to the bound.
 * - `FAILING`: one has failed and none was READY since: the next ones prove the cause one by one.
 * - `STARTED`: every slot was READY once. From now on a start takes CPU time from workers that
 *   serve, so only spare processors start more than one at a time; all do while none serves.
 */
type StartPhase = 'STARTING' | 'FAILING' | 'STARTED';

/** How a failed start counts: as a try of its own, or as a repeat. */
export interface FailedTry {
  /** Whether it counts as a try: of workers that started side by side, only the first one does. */
  isTry: boolean;
  /** Whether another one of the same try has failed with the same reason. */
  isRepeat: boolean;
}

/** Result for a worker that did not fail to start. */
export const NO_FAILURE: FailedTry = { isTry: false, isRepeat: false };

/**
 * Decides how many workers may start at once. What makes one of them fail mostly makes all of them
 * fail, so those that started side by side are one try, with one record per reason.
 */
export class StartOrder {
  readonly #most: number;
  readonly #spare: number;
  #phase: StartPhase = 'STARTING';
  /** Newest worker. */
  #newest = 0;
  /** Newest worker at the last failed try: up to it, all belong to that try. */
  #tried = 0;
  /** Reasons of the last failed try. */
  #reasons = new Set<string>();

  /**
   * @param most workers that may start at once while none serves; 1: one after another
   * @param spare the same while some serve: processors that these leave
   */
  constructor(most: number, spare = 1) {
    this.#most = most;
    this.#spare = spare;
  }

  get hasStarted(): boolean {
    return this.#phase === 'STARTED';
  }

  /**
   * @param starting workers that start at the moment
   * @param serving workers that are READY
   */
  allowsAnother(starting: number, serving: number): boolean {
    if (this.#phase === 'FAILING') return starting < 1;
    const isFree = this.#phase === 'STARTING' || serving === 0;
    return starting < (isFree ? this.#most : this.#spare);
  }

  /** Call when a worker starts; `id` grows with each. */
  started(id: number): void {
    this.#newest = id;
  }

  /** Call when a worker is READY. */
  ready(): void {
    if (this.#phase === 'FAILING') this.#phase = 'STARTING';
  }

  /** Call when every slot holds a READY worker. */
  full(): void {
    this.#phase = 'STARTED';
  }

  /** Call when a worker has ended that was never READY and was not asked to end. */
  failed(id: number, reason: string): FailedTry {
    if (this.#phase === 'STARTING') this.#phase = 'FAILING';
    const isTry = id > this.#tried;
    if (isTry) {
      this.#tried = this.#newest;
      this.#reasons = new Set();
    }
    const isRepeat = this.#reasons.has(reason);
    this.#reasons.add(reason);
    return { isTry, isRepeat };
  }
}
