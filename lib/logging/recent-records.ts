import { Tail, type TailPart } from '../reports/tail.ts';

/** Maximum number of lines, and of characters in total. */
const MAX_LINES = 500;
const MAX_CHARACTERS = 1_000_000;

/** The same for lines that are followed. */
const FOLLOWED = { rows: 1_000, size: 1_000_000 };

/** Parsed log line; of its fields, pino defines only these. */
export interface LogRecord extends Record<string, unknown> {
  level?: number;
  /** In milliseconds since the epoch. */
  time?: number;
  msg?: string;
}

/** Latest log lines, as written, in bounded memory. */
export class RecentRecords {
  readonly #tail = new Tail<string>(FOLLOWED, (line) => line.length);
  #lines: string[] = [];
  #first = 0;
  #characters = 0;

  push(line: string): void {
    this.#tail.push(line);
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

  /** New records, for viewers who follow them. */
  since(from: number | null): TailPart<LogRecord> {
    const { rows, ...about } = this.#tail.since(from);
    return { ...about, rows: rows.map(parsed) };
  }

  /** Parsed records, oldest first. */
  records(): LogRecord[] {
    return this.#lines.slice(this.#first).map(parsed);
  }
}

/** Parses a line; one that is no record, as of another writer, becomes a message. */
function parsed(line: string): LogRecord {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as LogRecord;
  } catch {
    // Not JSON at all.
  }
  return { msg: line.trimEnd() };
}
