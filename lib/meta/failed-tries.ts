/** Failed tries in a minute: of one name from one address, and of all names from one address. */
const MAX_PER_NAME = 30;
const MAX_PER_ADDRESS = 300;

const MINUTE_MS = 60_000;

/** Addresses and names that are counted; when there are more, the count begins anew. */
const MAX_KEYS = 10_000;

/** Counts tries with wrong credentials, each minute anew. Nobody is counted together with others. */
export class FailedTries {
  readonly #counts = new Map<string, number>();
  readonly #now: () => number;
  #since = -Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts one. @returns whether there were too many of them before */
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
