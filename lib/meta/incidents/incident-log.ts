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
    for (const problem of problems) this.#see(problem, now);
    for (const incident of this.#byKey.values()) {
      if (seen.has(incident.key) || incident.endedAt !== null) continue;
      const isUnknown = incident.workers?.some((worker) => missing.includes(worker)) ?? false;
      if (!isUnknown) incident.endedAt = now;
    }
    this.#forget(now);
  }

  #see({ at = NaN, ...problem }: Problem, now: number): void {
    const isEvent = !Number.isNaN(at);
    const lastAt = isEvent ? at : now;
    const endedAt = isEvent && now - at > OVER_AFTER_MS ? at : null;
    const known = this.#byKey.get(problem.key);
    if (known === undefined) {
      this.#byKey.set(problem.key, {
        ...problem,
        isEvent,
        startedAt: lastAt,
        lastAt,
        endedAt,
        count: 1,
      });
      return;
    }
    const hasBegunAgain = isEvent ? at > known.lastAt : known.endedAt !== null;
    const count = known.count + (hasBegunAgain ? 1 : 0);
    const { startedAt } = known;
    this.#byKey.set(problem.key, { ...problem, isEvent, startedAt, lastAt, endedAt, count });
  }

  #forget(now: number): void {
    const kept = this.all.filter(({ endedAt }) => endedAt === null || now - endedAt < KEPT_MS);
    this.#byKey.clear();
    for (const incident of kept.slice(0, MAX_INCIDENTS)) this.#byKey.set(incident.key, incident);
  }
}

function byUrgency(a: Incident, b: Incident): number {
  if (a.endedAt === null && b.endedAt === null) return rankOf(a) - rankOf(b);
  return (b.endedAt ?? Infinity) - (a.endedAt ?? Infinity);
}
