/** Workers that an answer covers. */
export interface Coverage {
  /** Workers that should answer, one for each empty slot included. */
  expected: number;
  answered: number;
  /** Ids of the workers whose part is missing or stale. */
  missing: number[];
  /** Those of them whose last answer stands in `data`, and its time, ISO 8601. Absent: none. */
  stale?: { worker: number; at: string }[];
}

/** Answer of one worker. */
export interface WorkerAnswer<T = unknown> {
  worker: number;
  value: T;
  /** Time of the answer, ISO 8601, of a worker that is silent now. Absent: it answered. */
  at?: string;
}

/** Envelope of every JSON answer. */
export interface Envelope<T> {
  /** Time of assembly, ISO 8601. */
  at: string;
  workers: Coverage;
  /** Time of the primary's last answer, ISO 8601, from which its figures date. Absent: it answers. */
  primarySilentSince?: string;
  data: T;
  /** Cursor of the next part of the lists in `data`; null: there is none. Only where lists can be long. */
  next?: string | null;
}

/** What became of a change in one worker. */
export interface WorkerOutcome {
  worker: number;
  /** `silent`: no answer in time; the worker may carry it out all the same. */
  status: 'done' | 'failed' | 'silent';
  /** Reason of a failure. */
  error?: string;
}

/** Answers of the workers that carried out a change, and what became of it in each. */
export interface ChangeEnvelope<T> extends Envelope<WorkerAnswer<T>[]> {
  outcomes: WorkerOutcome[];
}

/** Whether a change was carried out, but not by every worker. */
export function isPartial(outcomes: readonly WorkerOutcome[]): boolean {
  return outcomes.some(({ status }) => status !== 'done');
}

/** Part of a worker's row that shows whether its figures are fresh. */
export interface WorkerRow {
  id: number | null;
  state: string;
}

/** Coverage by state: a worker with a blocked loop counts as missing, an empty slot as expected. */
export function coverageOf(rows: readonly WorkerRow[]): Coverage {
  const present = rows.filter(({ id }) => id !== null);
  const missing = present.flatMap(({ id, state }) =>
    id !== null && state === 'STALLED' ? [id] : [],
  );
  return { expected: rows.length, answered: present.length - missing.length, missing };
}

export function envelope<T>(data: T, workers: Coverage): Envelope<T> {
  return { at: new Date().toISOString(), workers, data };
}
