import type { ServerResponse } from 'node:http';

/** Limits the number of concurrent requests, and with it their memory. */
export class Crowd {
  readonly #max: number;
  #size = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Counts a request until its response has closed. @returns false when the limit is reached */
  admit(response: ServerResponse): boolean {
    if (this.#size >= this.#max) return false;
    this.#size++;
    response.once('close', () => this.#size--);
    return true;
  }
}
