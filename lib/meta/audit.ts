import { thrownMessage } from '../common/errors/to-error.ts';
import { BusyError } from './meta.errors.ts';

/** Change, made or attempted. */
export interface AuditRecord {
  /** ISO 8601. */
  at: string;
  by: string;
  what: string;
  input: unknown;
  /**
   * `started`: of an operation that may run for hours; another record follows at its end. `partial`:
   * some workers carried it out, others did not.
   */
  outcome: 'started' | 'done' | 'partial' | 'failed';
  /** Reason of the failure. */
  error?: string;
  /** Changed values before and after, where they are known. */
  before?: unknown;
  after?: unknown;
}

export interface Change {
  by: string;
  what: string;
  input: unknown;
  /** Whether only some workers carried it out; asked once it has run. @default never */
  isPartial?: () => boolean;
}

/** Maximum number of records kept. */
const MAX_RECORDS = 200;

/** Maximum number of changes per minute; further ones are refused. */
const MAX_PER_MINUTE = 60;
const MINUTE_MS = 60_000;

/** `Retry-After` of a change beyond the limit. */
const RETRY_MS = 5_000;

/** Audit log: keeps the latest changes for the pages, and passes each to a log. */
export class Audit {
  #records: AuditRecord[] = [];
  readonly #tell: (record: AuditRecord) => void;
  readonly #starts: number[] = [];

  /** @param kept records of another process of the pages, oldest first */
  constructor(tell: (record: AuditRecord) => void, kept?: readonly AuditRecord[]) {
    this.#tell = tell;
    this.absorb(kept);
  }

  /** Adds what another process has kept; a file of another version may hold anything. */
  absorb(kept: readonly AuditRecord[] | undefined): void {
    if (!Array.isArray(kept)) return;
    this.#records = [...(kept as AuditRecord[]), ...this.#records].slice(-MAX_RECORDS);
  }

  /** Latest first. */
  get records(): AuditRecord[] {
    return this.#records.toReversed();
  }

  /** Counts a change. @throws BusyError when the limit per minute is reached */
  admit(now = Date.now()): void {
    while ((this.#starts[0] ?? now) < now - MINUTE_MS) this.#starts.shift();
    if (this.#starts.length >= MAX_PER_MINUTE) {
      throw new BusyError('Too many changes in this minute', 429, RETRY_MS);
    }
    this.#starts.push(now);
  }

  /** Runs a change and records it, with the results of `look` before and after. */
  async watch<T>(
    { isPartial, ...change }: Change,
    look: (() => Promise<unknown>) | undefined,
    run: () => Promise<T>,
  ): Promise<T> {
    const before = await look?.().catch(() => undefined);
    try {
      const result = await run();
      const after = await look?.().catch(() => undefined);
      const outcome = isPartial?.() === true ? 'partial' : 'done';
      this.add({ ...change, outcome, before, after });
      return result;
    } catch (error) {
      const message = thrownMessage(error);
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
