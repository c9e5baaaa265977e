/** Time that a request spent in one kind of step. */
export interface Timing {
  count: number;
  totalMs: number;
}

/** Different steps that are kept apart; later ones are added up as `other`. */
const MAX_NAMES = 32;

/** Where a request's time went, by name: `rates.connect`, `db.acquire`. */
export class Timings {
  readonly #byName = new Map<string, Timing>();

  /** Adds a step's duration, in milliseconds. */
  record(name: string, ms: number): void {
    const isKnown = this.#byName.has(name) || this.#byName.size < MAX_NAMES;
    const key = isKnown ? name : 'other';
    const timing = this.#byName.get(key);
    if (timing === undefined) {
      this.#byName.set(key, { count: 1, totalMs: ms });
      return;
    }
    timing.count++;
    timing.totalMs += ms;
  }

  snapshot(): Record<string, Timing> {
    return Object.fromEntries([...this.#byName].map(([name, timing]) => [name, { ...timing }]));
  }
}
