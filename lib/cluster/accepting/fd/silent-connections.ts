import type { AcceptedEntry } from './descriptor-ring.ts';

export interface SilenceLimits {
  /** Connections that may wait for the first bytes of their clients. */
  maxSilent: number;
  /** Longest wait for first bytes before the connection is passed on without them. */
  maxSilenceMs: number;
}

interface Waiting {
  readonly entry: AcceptedEntry;
  readonly until: number;
}

/**
 * Accepted connections whose clients have sent nothing yet. A worker has no use for them, and once
 * it has claimed them and blocks, no other worker can take them.
 */
export class SilentConnections {
  readonly #limits: SilenceLimits;
  /** In order of arrival, hence of expiry. */
  readonly #waiting: Waiting[] = [];

  constructor(limits: SilenceLimits) {
    this.#limits = limits;
  }

  get max(): number {
    return this.#limits.maxSilent;
  }

  get fds(): number[] {
    return this.#waiting.map(({ entry }) => entry.fd);
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Time until the first one expires; -1 when there is none. */
  waitMs(now: number): number {
    const first = this.#waiting[0];
    return first === undefined ? -1 : Math.max(0, Math.ceil(first.until - now));
  }

  /** @returns the longest silent connection when the limit is exceeded */
  add(entry: AcceptedEntry, now: number): AcceptedEntry | undefined {
    this.#waiting.push({ entry, until: now + this.#limits.maxSilenceMs });
    return this.#waiting.length > this.max ? this.#waiting.shift()?.entry : undefined;
  }

  /** Removes those that expired or have sent something; `hasSpoken` takes an index into `fds`. */
  take(hasSpoken: (index: number) => boolean, now: number): AcceptedEntry[] {
    const taken: AcceptedEntry[] = [];
    const left = this.#waiting.filter(({ entry, until }, index) => {
      if (!hasSpoken(index) && now < until) return true;
      taken.push(entry);
      return false;
    });
    this.#waiting.splice(0, Infinity, ...left);
    return taken;
  }

  takeAll(): AcceptedEntry[] {
    return this.#waiting.splice(0).map(({ entry }) => entry);
  }
}
