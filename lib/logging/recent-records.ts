/** Most lines that are kept, and most characters of all of them together. */
const MAX_LINES = 500;
const MAX_CHARACTERS = 1_000_000;

/** The latest lines of the log, as they were written, in bounded memory. */
export class RecentRecords {
  #lines: string[] = [];
  #first = 0;
  #characters = 0;

  push(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    while (this.#lines.length - this.#first > MAX_LINES || this.#characters > MAX_CHARACTERS) {
      this.#characters -= this.#lines[this.#first]?.length ?? 0;
      this.#lines[this.#first++] = '';
    }
    // Now and then, so that dropping the oldest costs nothing as a rule.
    if (this.#first < MAX_LINES) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }

  /** The oldest first, as records. */
  records(): unknown[] {
    return this.#lines.slice(this.#first).map(parsed);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return { msg: line.trimEnd() };
  }
}
