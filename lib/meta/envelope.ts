/** Which workers an answer speaks for. */
export interface Coverage {
  expected: number;
  answered: number;
  /** Ids of the workers whose part is missing or out of date. */
  missing: number[];
}

/** The form of every JSON answer. */
export interface Envelope<T> {
  /** When it was put together, ISO 8601. */
  at: string;
  workers: Coverage;
  data: T;
}

/** What of a worker's row tells whether its figures are fresh. */
export interface WorkerRow {
  id: number | null;
  state: string;
}

/** Workers that are there, and those among them whose loop is not heard. */
export function coverageOf(rows: readonly WorkerRow[]): Coverage {
  const present = rows.filter(({ id }) => id !== null);
  const missing = present.flatMap(({ id, state }) =>
    id !== null && state === 'STALLED' ? [id] : [],
  );
  return { expected: present.length, answered: present.length - missing.length, missing };
}

export function envelope<T>(data: T, workers: Coverage): Envelope<T> {
  return { at: new Date().toISOString(), workers, data };
}
