import { type Problem, rankOf } from './problem.ts';

/** Problem over time. */
export interface Incident extends Omit<Problem, 'at'> {
  /** First seen, in milliseconds since the epoch. */
  startedAt: number;
  /** Seen last, in milliseconds since the epoch. */
  lastAt: number;
  /** End, in milliseconds since the epoch; null: it lasts. */
  endedAt: number | null;
  /** Whether it happened at a time; otherwise it lasts or lasted. */
  isEvent: boolean;
  /** Times that it began. */
  count: number;
}

/** Time that an incident is kept after its end. */
const KEPT_MS = 30 * 60_000;

/** Incidents kept: of more, those that ended first go. */
const MAX_INCIDENTS = 100;

/** Age of an event from which it is over. */
const OVER_AFTER_MS = 30_000;

export interface Sighting {
  problems: readonly Problem[];
  /** Ids of the workers that did not answer: nothing is known of their problems. */
  missing: readonly number[];
  /** In milliseconds since the epoch. */
  now: number;
}

/** Problems that last, and those that ended within the last half hour. */
export class IncidentLog {
  readonly #byKey = new Map<string, Incident>();

  constructor(kept: readonly Incident[] = []) {
    for (const incident of kept) this.#byKey.set(incident.key, incident);
  }

  /** Incidents that last, the worst first; then those that ended, the latest first. */
  get all(): Incident[] {
    return [...this.#byKey.values()].toSorted(byUrgency);
  }

  /** Adds the past that another process has kept. */
  absorb(kept: readonly Incident[] = []): void {
    for (const incident of kept) {
      if (!this.#byKey.has(incident.key)) this.#byKey.set(incident.key, incident);
    }
  }

  take({ problems, missing, now }: Sighting): void {
    const seen = new Set(problems.map(({ key }) => key));
    for (const problem of problems) this.#see(problem, missing, now);
    for (const incident of this.#byKey.values()) {
      if (seen.has(incident.key) || incident.endedAt !== null) continue;
      const isUnknown = incident.workers?.some((worker) => missing.includes(worker)) ?? false;
      if (!isUnknown) incident.endedAt = now;
    }
    this.#forget(now);
  }

  #see({ at = NaN, ...problem }: Problem, missing: readonly number[], now: number): void {
    const isEvent = !Number.isNaN(at);
    const known = this.#byKey.get(problem.key);
    // The worker with the latest event may be silent: the others know earlier ones.
    if (isEvent && known?.isEvent === true && at < known.lastAt) {
      known.endedAt = endOf(known.lastAt, now);
      return;
    }
    const lastAt = isEvent ? at : now;
    const endedAt = isEvent ? endOf(at, now) : null;
    const workers = withSilent(problem.workers, known, missing);
    this.#byKey.set(problem.key, {
      ...problem,
      ...(workers === undefined ? {} : { workers }),
      isEvent,
      startedAt: known?.startedAt ?? lastAt,
      lastAt,
      endedAt,
      count: (known?.count ?? 0) + (beginsWith({ isEvent, lastAt }, known) ? 1 : 0),
    });
  }

  #forget(now: number): void {
    const kept = this.all.filter(({ endedAt }) => endedAt === null || now - endedAt < KEPT_MS);
    this.#byKey.clear();
    for (const incident of kept.slice(0, MAX_INCIDENTS)) this.#byKey.set(incident.key, incident);
  }
}

/** End of an event; null: it counts as lasting. */
function endOf(at: number, now: number): number | null {
  return now - at > OVER_AFTER_MS ? at : null;
}

/** Whether a sighting begins an incident, for the first time or again. */
function beginsWith(
  { isEvent, lastAt }: Pick<Incident, 'isEvent' | 'lastAt'>,
  known: Incident | undefined,
): boolean {
  if (known === undefined) return true;
  // The record of a block that was seen while it lasted is that of the same block.
  const isOver = known.isEvent || known.endedAt !== null;
  return isOver && (!isEvent || lastAt > known.lastAt);
}

/** Adds the workers of a lasting incident that are silent: nothing says that it ended in them. */
function withSilent(
  workers: number[] | undefined,
  known: Incident | undefined,
  missing: readonly number[],
): number[] | undefined {
  if (workers === undefined || known === undefined || known.endedAt !== null) return workers;
  const silent = known.workers?.filter((worker) => missing.includes(worker)) ?? [];
  return [...new Set([...workers, ...silent])].toSorted((a, b) => a - b);
}

function byUrgency(a: Incident, b: Incident): number {
  if (a.endedAt === null && b.endedAt === null) return rankOf(a) - rankOf(b);
  return (b.endedAt ?? Infinity) - (a.endedAt ?? Infinity);
}
