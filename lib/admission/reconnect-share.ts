/** Under pressure, 1 in N answers closes its connection. */
const ONE_IN = 20;

/** How long a refusal counts as pressure. */
const PRESSURE_MS = 1_000;

/**
 * Closes a share of the kept-alive connections while this process refuses requests. Clients
 * reconnect, and the primary or a balancer can pick a process with less load.
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

  /** Whether to close the connection of this answer. */
  shouldEnd(now: number): boolean {
    return this.isUnderPressure(now) && this.#random() * ONE_IN < 1;
  }
}
