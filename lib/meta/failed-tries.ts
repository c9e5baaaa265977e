/** Failed logins allowed per minute: per address and name, and per address. */
const MAX_PER_NAME = 30;
const MAX_PER_ADDRESS = 300;

const MINUTE_MS = 60_000;

/** Maximum number of counters; beyond it all of them are cleared. */
const MAX_KEYS = 10_000;

/** Counts failed logins per minute. No address shares a counter with another. */
export class FailedTries {
  readonly #counts = new Map<string, number>();
  readonly #now: () => number;
  #since = -Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a failure. @returns whether a limit is exceeded */
  add(address: string, name: string): boolean {
    this.#forget();
    const ofName = this.#count(JSON.stringify([address, name]));
    return this.#count(address) > MAX_PER_ADDRESS || ofName > MAX_PER_NAME;
  }

  #count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }

  #forget(): void {
    const now = this.#now();
    if (now - this.#since <= MINUTE_MS && this.#counts.size < MAX_KEYS) return;
    this.#since = now;
    this.#counts.clear();
  }
}
