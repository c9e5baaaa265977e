/** Averages over 1, 5 and 15 minutes, like a system's load averages. */
export interface Averages {
  m1: number;
  m5: number;
  m15: number;
}

const MINUTES = { m1: 1, m5: 5, m15: 15 } as const;

const MS_PER_MINUTE = 60_000;

/** Exponentially weighted averages of a rate, over three spans. */
export class MovingAverage {
  #values: Averages | undefined;

  get values(): Averages {
    return this.#values ?? { m1: 0, m5: 0, m15: 0 };
  }

  /** Adds the value of the last `spanMs`. The first call sets all three averages. */
  update(value: number, spanMs: number): void {
    if (this.#values === undefined) {
      this.#values = { m1: value, m5: value, m15: value };
      return;
    }
    for (const [name, minutes] of Object.entries(MINUTES) as [keyof Averages, number][]) {
      const weight = 1 - Math.exp(-spanMs / (minutes * MS_PER_MINUTE));
      this.#values[name] += weight * (value - this.#values[name]);
    }
  }
}
