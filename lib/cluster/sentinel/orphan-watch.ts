/** Time for the event loop to end the process by itself, in milliseconds. */
const GRACE_MS = 1_000;

/**
 * Tells when a process has outlived its primary and does not end: its event loop, which would end
 * it, is blocked. The kernel gives such a process another parent.
 */
export class OrphanWatch {
  readonly #primary: number;
  #orphanedAt: number | undefined;

  /** @param primary the process id of the primary */
  constructor(primary: number) {
    this.#primary = primary;
  }

  /** @returns whether the process is to be ended */
  look(parent: number, now: number): boolean {
    if (parent === this.#primary) return false;
    this.#orphanedAt ??= now;
    return now - this.#orphanedAt >= GRACE_MS;
  }
}
