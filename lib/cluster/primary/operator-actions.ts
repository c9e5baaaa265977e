import { Ring } from '../../stats/ring.ts';
import type { PrimaryLog } from '../primary-log.ts';

/** A change by an operator that lasts, or its end. */
export interface ActionRecord {
  /** ISO 8601. */
  at: string;
  /** Operation that made it, or that would have ended it. */
  what: string;
  /** Null: its time was over. */
  by: string | null;
  /** Null: it concerns the whole group. */
  slot: number | null;
  worker: number | null;
  /** Human-readable. */
  text: string;
}

type Given = Pick<ActionRecord, 'what' | 'by' | 'text'> & { worker?: { id: number; slot: number } };

/** Records to keep. */
const KEPT = 100;

/** The latest changes by operators: kept here, because the process of the pages may restart. */
export class OperatorActions {
  readonly #records = new Ring<ActionRecord>(KEPT);
  readonly #log: PrimaryLog;

  constructor(log: PrimaryLog) {
    this.#log = log;
  }

  /** Newest first. */
  get records(): ActionRecord[] {
    return this.#records.toArray().toReversed();
  }

  add({ what, by, text, worker }: Given): void {
    const { id = null, slot = null } = worker ?? {};
    const at = new Date().toISOString();
    this.#records.push({ at, what, by, slot, worker: id, text });
    this.#log('warn', text, { what, ...(worker === undefined ? {} : { id, slot }) });
  }
}
