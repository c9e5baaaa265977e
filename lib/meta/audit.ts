/** One change that somebody made, or tried to make. */
export interface AuditRecord {
  /** ISO 8601. */
  at: string;
  by: string;
  what: string;
  input: unknown;
  outcome: 'done' | 'failed';
  /** Why it failed. */
  error?: string;
  /** What was changed, before and after, where that can be told. */
  before?: unknown;
  after?: unknown;
}

export interface Change {
  by: string;
  what: string;
  input: unknown;
}

/** Changes that are kept. */
const MAX_RECORDS = 200;

/** Changes in a minute; more are refused. */
const MAX_PER_MINUTE = 60;
const MINUTE_MS = 60_000;

/** Who changed what: kept for the pages, and told to whoever keeps the log. */
export class Audit {
  readonly #records: AuditRecord[] = [];
  readonly #tell: (record: AuditRecord) => void;
  readonly #starts: number[] = [];

  constructor(tell: (record: AuditRecord) => void) {
    this.#tell = tell;
  }

  /** The latest first. */
  get records(): AuditRecord[] {
    return this.#records.toReversed();
  }

  /** Whether another change may be made now; counts it. */
  hasRoom(now = Date.now()): boolean {
    while ((this.#starts[0] ?? now) < now - MINUTE_MS) this.#starts.shift();
    if (this.#starts.length >= MAX_PER_MINUTE) return false;
    this.#starts.push(now);
    return true;
  }

  /** Makes a change and records it, with what `look` saw before and after. */
  async watch<T>(
    change: Change,
    look: (() => Promise<unknown>) | undefined,
    run: () => Promise<T>,
  ): Promise<T> {
    const before = await look?.().catch(() => undefined);
    try {
      const result = await run();
      const after = await look?.().catch(() => undefined);
      this.add({ ...change, outcome: 'done', before, after });
      return result;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.add({ ...change, outcome: 'failed', error: message, before });
      throw error;
    }
  }

  add(record: Omit<AuditRecord, 'at'>): void {
    const full = { at: new Date().toISOString(), ...record };
    this.#records.push(full);
    if (this.#records.length > MAX_RECORDS) this.#records.shift();
    this.#tell(full);
  }
}
