/** Measures against memory shortage; each rung includes those before it. */
export type MemoryRung = 'NONE' | 'STOP_KEEP_ALIVE' | 'REFUSE';

export interface MemoryRungsOptions {
  /** Fractions of a limit. */
  stopKeepAliveAt: number;
  refuseAt: number;
  /** RSS limit; undefined: none. */
  maxRssBytes: number | undefined;
}

export interface MemoryReading {
  /** Old generation only: the young one can't run out. */
  heapUsedBytes: number;
  heapLimitBytes: number;
  rssBytes: number;
}

/**
 * Climbs a rung after two consecutive readings above it and descends after one below it: a single
 * high reading may precede a garbage collection.
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

  /** Fraction in use of the nearest limit. */
  get fraction(): number {
    return this.#lastFraction;
  }

  read({ heapUsedBytes, heapLimitBytes, rssBytes }: MemoryReading): MemoryRung {
    const { maxRssBytes = Infinity } = this.#options;
    const fraction = Math.max(heapUsedBytes / heapLimitBytes, rssBytes / maxRssBytes);
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
