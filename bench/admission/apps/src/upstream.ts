import { setTimeout as wait } from 'node:timers/promises';

/** A dependency that does so many calls at once; the others wait in line. */
export class Upstream {
  readonly #takesMs: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor({ places, takesMs }: { places: number; takesMs: number }) {
    this.#free = places;
    this.#takesMs = takesMs;
  }

  async call(): Promise<void> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    await wait(this.#takesMs);
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
