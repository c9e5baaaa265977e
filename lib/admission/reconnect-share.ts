/** Answers whose connection ends with them while there is pressure: one in so many. */
const ONE_IN = 20;

/** How long a refusal counts as pressure, in milliseconds. */
const PRESSURE_MS = 1_000;

/**
 * Ends a share of the kept connections while this process refuses requests. Their clients come
 * back, and whoever accepts connections can give them to a process that has less to do.
 */
export class ReconnectShare {
  readonly #random: () => number;
  #pressureUntil = -Infinity;

  constructor(random: () => number) {
    this.#random = random;
  }

  refused(now: number): void {
    this.#pressureUntil = now + PRESSURE_MS;
  }

  isUnderPressure(now: number): boolean {
    return now < this.#pressureUntil;
  }

  /** Whether the connection of this answer should end with it. */
  shouldEnd(now: number): boolean {
    return this.isUnderPressure(now) && this.#random() * ONE_IN < 1;
  }
}
