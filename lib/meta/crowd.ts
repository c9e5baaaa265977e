import type { ServerResponse } from 'node:http';

/** Bounds how many requests are in work at once, so that the memory for them is bounded too. */
export class Crowd {
  readonly #max: number;
  #size = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** @returns whether there is room; it is taken until the response has ended or was cut off */
  admit(response: ServerResponse): boolean {
    if (this.#size >= this.#max) return false;
    this.#size++;
    response.once('close', () => this.#size--);
    return true;
  }
}
