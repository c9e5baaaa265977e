import { type Problem, severityRankOf } from './problem.ts';

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
  /** False: the primary is silent, so that nothing is known to have ended. @default true */
  knowsAll?: boolean;
  /** In milliseconds since the epoch. */
  now: number;
}

/** Problems that last, and those that ended within the last half hour. */
export class IncidentLog {
  readonly #byKey = new Map<string, Incident>();

  constructor(kept: readonly Incident[] = []) {
    this.absorb(kept);
  }

  /** Incidents that last, the worst first; then those that ended, the latest first. */
  get all(): Incident[] {
    return [...this.#byKey.values()].toSorted(byUrgency);
  }

  /** Adds the past that another process has kept. */
  absorb(kept: readonly Incident[] = []): void {
    // The file of another version: its past is lost, and nothing else.
    if (!Array.isArray(kept)) return;
    for (const incident of kept) {
      if (!this.#byKey.has(incident.key)) this.#byKey.set(incident.key, incident);
    }
  }

  take({ problems, missing, knowsAll = true, now }: Sighting): void {
    const seen = new Set(problems.map(({ key }) => key));
    for (const problem of problems) this.#see(problem, missing, now);
    for (const incident of this.#byKey.values()) {
      if (seen.has(incident.key) || incident.endedAt !== null) continue;
      const isUnknown = !knowsAll || incident.workers?.some((worker) => missing.includes(worker));
      if (!isUnknown) incident.endedAt = now;
    }
    this.#forget(now);
  }

  #see(problem: Problem, missing: readonly number[], now: number): void {
    const known = this.#byKey.get(problem.key);
    if (known === undefined) this.#byKey.set(problem.key, begun(problem, now));
    else if (isOlder(problem, known)) known.endedAt = endOf(known.lastAt, now);
    else this.#byKey.set(problem.key, goneOn(problem, known, { missing, now }));
  }

  #forget(now: number): void {
    const kept = this.all.filter(({ endedAt }) => endedAt === null || now - endedAt < KEPT_MS);
    this.#byKey.clear();
    for (const incident of kept.slice(0, MAX_INCIDENTS)) this.#byKey.set(incident.key, incident);
  }
}

/** Incident at its first sighting. */
function begun({ at, ...problem }: Problem, now: number): Incident {
  const lastAt = at ?? now;
  const endedAt = at === undefined ? null : endOf(at, now);
  return { ...problem, isEvent: at !== undefined, startedAt: lastAt, lastAt, endedAt, count: 1 };
}

/** Known incident at a further sighting. */
function goneOn(
  problem: Problem,
  known: Incident,
  { missing, now }: Pick<Sighting, 'missing' | 'now'>,
): Incident {
  const seen = begun(problem, now);
  const { startedAt, count } = known;
  // The record of a block that was seen while it lasted is that of the same block.
  const isOver = known.isEvent || known.endedAt !== null;
  const beginsAgain = isOver && (!seen.isEvent || seen.lastAt > known.lastAt);
  const workers = withSilent(problem.workers, known, missing);
  return {
    ...seen,
    ...(workers === undefined ? {} : { workers }),
    startedAt,
    count: count + (beginsAgain ? 1 : 0),
  };
}

/** Whether a later event is already known, from a worker that may be silent now. */
function isOlder({ at }: Problem, { isEvent, lastAt }: Incident): boolean {
  return at !== undefined && isEvent && at < lastAt;
}

/** End of an event; null: it counts as lasting. */
function endOf(at: number, now: number): number | null {
  return now - at > OVER_AFTER_MS ? at : null;
}

/** Adds the workers of a lasting incident that are silent: nothing says that it ended in them. */
function withSilent(
  workers: number[] | undefined,
  known: Incident,
  missing: readonly number[],
): number[] | undefined {
  if (workers === undefined || known.endedAt !== null) return workers;
  const silent = known.workers?.filter((worker) => missing.includes(worker)) ?? [];
  return [...new Set([...workers, ...silent])].toSorted((a, b) => a - b);
}

function byUrgency(a: Incident, b: Incident): number {
  if (a.endedAt === null && b.endedAt === null) return severityRankOf(a) - severityRankOf(b);
  return (b.endedAt ?? Infinity) - (a.endedAt ?? Infinity);
}
