/** What is done against a shortage of memory; each rung includes the ones before it. */
export type MemoryRung = 'NONE' | 'STOP_KEEP_ALIVE' | 'REFUSE';

export interface MemoryRungsOptions {
  /** Fractions of a limit. */
  stopKeepAliveAt: number;
  refuseAt: number;
  /** Limit of the resident memory, in bytes; `Infinity`: none. */
  maxRssBytes: number;
}

export interface MemoryReading {
  /** Of the old generation, in bytes: the young one can't run out. */
  heapUsedBytes: number;
  heapLimitBytes: number;
  rssBytes: number;
}

/**
 * Climbs a rung when two readings in a row say so, and comes down with the first that does not: a
 * single one may be just before a garbage collection.
 */
export class MemoryRungs {
  readonly #options: MemoryRungsOptions;
  #rung: MemoryRung = 'NONE';
  #lastFraction = 0;

  constructor(options: MemoryRungsOptions) {
    this.#options = options;
  }

  get rung(): MemoryRung {
    return this.#rung;
  }

  /** Of the limit that is nearest, the fraction in use. */
  get fraction(): number {
    return this.#lastFraction;
  }

  read({ heapUsedBytes, heapLimitBytes, rssBytes }: MemoryReading): MemoryRung {
    const fraction = Math.max(heapUsedBytes / heapLimitBytes, rssBytes / this.#options.maxRssBytes);
    this.#rung = this.#rungOf(Math.min(fraction, this.#lastFraction));
    this.#lastFraction = fraction;
    return this.#rung;
  }

  #rungOf(fraction: number): MemoryRung {
    const { stopKeepAliveAt, refuseAt } = this.#options;
    if (fraction >= refuseAt) return 'REFUSE';
    return fraction >= stopKeepAliveAt ? 'STOP_KEEP_ALIVE' : 'NONE';
  }
}
