/** Relative length of a step. */
const STEP = 0.05;

/** Smallest step: a median near 0 must be able to grow. */
const LEAST_STEP = 0.01;

/**
 * The median of a stream, about, from one number: a step up for what is above it, a step down for
 * what is below. (Ma, Muthukrishnan and Sandler, "Frugal Streaming for Estimating Quantiles", 2013;
 * steps here are relative, so that it follows values of any size.)
 */
export class RunningMedian {
  #value: number | undefined;

  /** 0 before anything was seen. */
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
