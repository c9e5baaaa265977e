/** Maximum of lines, and of their characters in total, that one request keeps. */
const MAX_LINES = 50;
const MAX_CHARACTERS = 20_000;

/** Maximum of characters that all requests in flight keep together. */
const MAX_IN_FLIGHT = 5_000_000;

/** Bounds the lines of all requests in flight together: there may be thousands that write many. */
export class LineBudget {
  #left = MAX_IN_FLIGHT;

  /** @returns whether they are left */
  take(characters: number): boolean {
    if (characters > this.#left) return false;
    this.#left -= characters;
    return true;
  }

  give(characters: number): void {
    this.#left += characters;
  }
}

/** First log lines of one request, as written, in bounded memory. */
export class KeptLines {
  readonly #lines: string[] = [];
  /** Undefined once the request has ended. */
  #budget: LineBudget | undefined;
  #characters = 0;
  #dropped = 0;

  constructor(budget: LineBudget) {
    this.#budget = budget;
  }

  /** Lines that did not fit. */
  get dropped(): number {
    return this.#dropped;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  push(line: string): void {
    if (!this.#hasRoom(line.length)) {
      this.#dropped++;
      return;
    }
    this.#lines.push(line);
    this.#characters += line.length;
  }

  /** Gives its part of the budget back, because its request is no longer in flight. */
  ended(): void {
    this.#budget?.give(this.#characters);
    this.#budget = undefined;
  }

  #hasRoom(characters: number): boolean {
    const fits = this.#lines.length < MAX_LINES && this.#characters + characters <= MAX_CHARACTERS;
    return fits && (this.#budget?.take(characters) ?? true);
  }
}
