/** Time for the event loop to end the process itself. */
const GRACE_MS = 1_000;

/**
 * Detects a process that outlives its primary because its event loop, which would end it, is
 * blocked. The kernel gives such a process another parent.
 */
export class OrphanWatch {
  readonly #primary: number;
  #orphanedAt: number | undefined;

  /** @param primary process id of the primary */
  constructor(primary: number) {
    this.#primary = primary;
  }

  /** @returns whether to end the process */
  look(parent: number, now: number): boolean {
    if (parent === this.#primary) return false;
    this.#orphanedAt ??= now;
    return now - this.#orphanedAt >= GRACE_MS;
  }
}
