import { type Clock, processClock } from '../common/clock.ts';

/** Time that a request spent in one kind of step. */
export interface Timing {
  count: number;
  totalMs: number;
}

/** One step of a request: when it began, and how long it took. */
export interface TimedStep {
  name: string;
  /** On the clock of the process, in milliseconds. */
  startedAt: number;
  ms: number;
}

/** A step that has not ended. */
export interface RunningStep {
  readonly name: string;
  /** On the clock of the process, in milliseconds. */
  readonly startedAt: number;
}

/** Different steps that are kept apart; later ones are added up as `other`. */
const MAX_NAMES = 32;

/** Steps whose order is kept; later ones are only added up. */
const MAX_STEPS = 48;

/** Where a request's time went, by name: `rates.connect`, `db.acquire`. */
export class Timings {
  readonly #byName = new Map<string, Timing>();
  readonly #steps: TimedStep[] = [];
  readonly #running = new Set<RunningStep>();
  readonly #clock: Clock;

  constructor(clock: Clock = processClock) {
    this.#clock = clock;
  }

  /** Adds the duration of a step that has just ended, in milliseconds. */
  record(name: string, ms: number): void {
    this.add({ name, startedAt: this.#clock.now() - ms, ms });
  }

  /** @internal Adds a step that has ended elsewhere. */
  add(step: TimedStep): void {
    const { name, ms } = step;
    if (this.#steps.length < MAX_STEPS) this.#steps.push(step);
    const isKnown = this.#byName.has(name) || this.#byName.size < MAX_NAMES;
    const key = isKnown ? name : 'other';
    const timing = this.#byName.get(key);
    if (timing === undefined) {
      this.#byName.set(key, { count: 1, totalMs: ms });
      return;
    }
    timing.count++;
    timing.totalMs += ms;
  }

  /** A step begins; the returned function ends and records it. Until then pages tell of it. */
  start(name: string): () => void {
    const startedAt = this.#clock.now();
    const step: RunningStep = { name, startedAt };
    if (this.#running.size < MAX_STEPS) this.#running.add(step);
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      this.#running.delete(step);
      this.record(name, this.#clock.now() - startedAt);
    };
  }

  /** What the request is in now, the latest last. */
  get running(): RunningStep[] {
    return [...this.#running];
  }

  /** The first steps in the order in which they ended. */
  get steps(): readonly TimedStep[] {
    return this.#steps;
  }

  snapshot(): Record<string, Timing> {
    return Object.fromEntries([...this.#byName].map(([name, timing]) => [name, { ...timing }]));
  }
}
