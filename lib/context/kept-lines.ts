/** Maximum of lines, and of their characters in total, that one request keeps. */
const MAX_LINES = 50;
const MAX_CHARACTERS = 20_000;

/** First log lines of one request, as written, in bounded memory. */
export class KeptLines {
  readonly #lines: string[] = [];
  #characters = 0;
  #dropped = 0;

  /** Lines that did not fit. */
  get dropped(): number {
    return this.#dropped;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  push(line: string): void {
    if (this.#lines.length >= MAX_LINES || this.#characters + line.length > MAX_CHARACTERS) {
      this.#dropped++;
      return;
    }
    this.#lines.push(line);
    this.#characters += line.length;
  }
}
