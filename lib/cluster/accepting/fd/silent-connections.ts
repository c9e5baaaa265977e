import type { AcceptedEntry } from './descriptor-ring.ts';

export interface SilenceLimits {
  /** How many connections may wait for the first bytes of their clients. */
  maxSilent: number;
  /** How long one waits before it is passed on nevertheless, in milliseconds. */
  maxSilenceMs: number;
}

interface Waiting {
  readonly entry: AcceptedEntry;
  readonly until: number;
}

/**
 * Accepted connections whose clients have said nothing yet. A worker could do nothing for them, and
 * once it has claimed them nobody else could, should it block.
 */
export class SilentConnections {
  readonly #limits: SilenceLimits;
  /** In the order in which they came, hence in that of their times. */
  readonly #waiting: Waiting[] = [];

  constructor(limits: SilenceLimits) {
    this.#limits = limits;
  }

  /** How many there may be. */
  get max(): number {
    return this.#limits.maxSilent;
  }

  get fds(): number[] {
    return this.#waiting.map(({ entry }) => entry.fd);
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** How long nobody need look after them if they stay silent, in milliseconds; -1: for ever. */
  waitMs(now: number): number {
    const first = this.#waiting[0];
    return first === undefined ? -1 : Math.max(0, Math.ceil(first.until - now));
  }

  /** @returns the one that has been silent longest, where there is no room for both */
  add(entry: AcceptedEntry, now: number): AcceptedEntry | undefined {
    this.#waiting.push({ entry, until: now + this.#limits.maxSilenceMs });
    return this.#waiting.length > this.max ? this.#waiting.shift()?.entry : undefined;
  }

  /** Those that wait no longer: what `hasSpoken` says of their place in `fds`, or their time is up. */
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
