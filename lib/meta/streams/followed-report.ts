import type { TailPart } from '../../reports/tail.ts';
import type { WorkerAnswer } from '../envelope.ts';
import type { GroupReports } from '../group-reports.provider.ts';

/** What a viewer of a report hears. */
export interface FollowListener {
  /** The workers have been asked: later records will come. */
  onStart(): void;
  onRecord(record: WorkerAnswer): void;
  /** Records of a worker that were lost. */
  onMissed(worker: number, count: number): void;
}

/** Time limit for an answer of a worker. */
const TIMEOUT_MS = 800;

/**
 * Asks the workers for their new records while somebody listens, once for all listeners: what it
 * costs a worker does not depend on how many there are.
 */
export class FollowedReport {
  readonly #reports: GroupReports;
  readonly #operation: string;
  readonly #everyMs: number;
  readonly #listeners = new Set<FollowListener>();
  /** Number of the next record of each worker. */
  #next = new Map<number, number>();
  /** Listeners that have not started. */
  readonly #waiting = new Set<FollowListener>();
  #isLooking = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param operation of the workers that looks at their tail */
  constructor(reports: GroupReports, operation: string, everyMs: number) {
    this.#reports = reports;
    this.#operation = operation;
    this.#everyMs = everyMs;
  }

  /** Follows the records from now on. @returns ends it */
  follow(listener: FollowListener): () => void {
    this.#listeners.add(listener);
    this.#waiting.add(listener);
    if (this.#listeners.size === 1) this.#next = new Map();
    if (!this.#isLooking) this.#lookLater(0);
    return () => {
      this.#listeners.delete(listener);
      this.#waiting.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  }

  #lookLater(afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), afterMs).unref();
  }

  async #look(): Promise<void> {
    const starting = [...this.#waiting];
    this.#isLooking = true;
    await this.#askAll();
    this.#isLooking = false;
    for (const listener of starting) if (this.#waiting.delete(listener)) listener.onStart();
    if (this.#listeners.size > 0) this.#lookLater(this.#waiting.size > 0 ? 0 : this.#everyMs);
  }

  async #askAll(): Promise<void> {
    const { data } = await this.#reports.workers().catch(() => ({ data: [] }));
    const ids = data.flatMap(({ id }) => (id === null ? [] : [id]));
    // While the primary is silent, nobody is known to have ended.
    const ended = ids.length === 0 ? [] : [...this.#next.keys()].filter((id) => !ids.includes(id));
    for (const id of ended) this.#next.delete(id);
    await Promise.allSettled(ids.map((id) => this.#ask(id)));
  }

  /** A worker that does not answer is asked for the same records the next time. */
  async #ask(worker: number): Promise<void> {
    const input = { from: this.#next.get(worker) ?? null };
    const options = { worker, timeoutMs: TIMEOUT_MS, skipsStalled: true };
    const { data } = await this.#reports.run<TailPart<unknown>>(this.#operation, input, options);
    for (const { value } of data) {
      this.#next.set(worker, value.next);
      for (const listener of this.#listeners) {
        if (!this.#waiting.has(listener)) tell(listener, worker, value);
      }
    }
  }
}

function tell(listener: FollowListener, worker: number, part: TailPart<unknown>): void {
  const { rows, missed } = part;
  if (missed > 0) listener.onMissed(worker, missed);
  for (const value of rows) listener.onRecord({ worker, value });
}
