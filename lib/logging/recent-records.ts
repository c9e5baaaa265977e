import { Tail, type TailPart } from '../reports/tail.ts';

/** Maximum number of lines of one kind, and of their characters in total. */
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

/** Records that were written since an earlier look, oldest first. */
export interface RecentPart {
  rows: LogRecord[];
  /** Number of the next record: `from` of the next look. */
  next: number;
}

/** What an access record contains, as both writers of it order its fields. */
const ACCESS = '"context":"access"';

/** `ACCESS` from its rarest character on: a search for it takes a third of the time. */
const RARE = 'xt":"access"';

/**
 * Latest log lines, as written, in bounded memory. Access records have a ring of their own: one per
 * request, they would displace all others within seconds.
 */
export class RecentRecords {
  readonly #tail = new Tail<string>(FOLLOWED, (line) => line.length);
  readonly #access = new RecentLines();
  readonly #others = new RecentLines();
  #count = 0;

  push(line: string): void {
    this.#tail.push(line);
    const isAccess = line.includes(RARE) && line.includes(ACCESS);
    const lines = isAccess ? this.#access : this.#others;
    lines.push({ line, order: this.#count++ });
  }

  /** New records, for viewers who follow them. */
  since(from: number | null): TailPart<LogRecord> {
    const { rows, ...about } = this.#tail.since(from);
    return { ...about, rows: rows.map(parsedLine) };
  }

  /**
   * Records but access records, from a number on; null: as far back as they are kept. Without a
   * tail of their own, so that looking every few seconds costs a worker only what is new.
   *
   * @param most maximum number; the latest are returned
   */
  othersSince(from: number | null, most: number): RecentPart {
    const entries = this.#others.entries().filter(({ order }) => order >= (from ?? 0));
    return { rows: entries.slice(-most).map(({ line }) => parsedLine(line)), next: this.#count };
  }

  /** Parsed records of both rings, oldest first. */
  records(): LogRecord[] {
    const all = [...this.#access.entries(), ...this.#others.entries()];
    return all.toSorted((a, b) => a.order - b.order).map(({ line }) => parsedLine(line));
  }
}

interface Entry {
  readonly line: string;
  /** Number of lines written before. */
  readonly order: number;
}

/** Latest lines of one kind. */
class RecentLines {
  #entries: (Entry | undefined)[] = [];
  #first = 0;
  #characters = 0;

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#characters += entry.line.length;
    while (this.#entries.length - this.#first > MAX_LINES || this.#characters > MAX_CHARACTERS) {
      this.#characters -= this.#entries[this.#first]?.line.length ?? 0;
      this.#entries[this.#first++] = undefined;
    }
    // Compacts rarely, so that eviction is cheap on average.
    if (this.#first < MAX_LINES) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }

  entries(): Entry[] {
    return this.#entries.slice(this.#first).filter((entry) => entry !== undefined);
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
