/** Maximum number of lines, and of characters in total. */
const MAX_LINES = 500;
const MAX_CHARACTERS = 1_000_000;

/** Parsed log line; of its fields, pino defines only `level`, `time` and `msg`. */
export type LogRecord = Record<string, unknown>;

/** Latest log lines, as written, in bounded memory. */
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
    // Compacts rarely, so that eviction is cheap on average.
    if (this.#first < MAX_LINES) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }

  /** Parsed records, oldest first. */
  records(): LogRecord[] {
    return this.#lines.slice(this.#first).map(parsedLine);
  }
}

/** Parses a line; one that is no record, as of another writer, becomes a message. */
export function parsedLine(line: string): LogRecord {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as LogRecord;
  } catch {
    // Not JSON at all.
  }
  return { msg: line.trimEnd() };
}
