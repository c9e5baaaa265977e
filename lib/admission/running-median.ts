/** Step size, relative to the value. */
const STEP = 0.05;

/** Minimum step, so that a median near 0 can grow. */
const LEAST_STEP = 0.01;

/**
 * Approximate streaming median in one number: steps up for larger values, down for smaller ones.
 * From Ma, Muthukrishnan and Sandler, "Frugal Streaming for Estimating Quantiles", 2013; with
 * relative steps, to follow values of any magnitude.
 */
export class RunningMedian {
  #value: number | undefined;

  /** 0 before the first value. */
  get value(): number {
    return this.#value ?? 0;
  }

  see(value: number): void {
    if (this.#value === undefined) {
      this.#value = value;
      return;
    }
    const step = Math.max(LEAST_STEP, this.#value * STEP);
    if (value > this.#value) this.#value = Math.min(value, this.#value + step);
    else if (value < this.#value) this.#value = Math.max(value, this.#value - step);
  }
}
