import { type Clock, processClock } from '../common/clock.ts';

/** Time spent in all steps of one name. */
export interface Timing {
  count: number;
  totalMs: number;
}

/** A finished step of a request. */
export interface TimedStep {
  name: string;
  /** In milliseconds on the process's clock. */
  startedAt: number;
  ms: number;
}

/** An unfinished step. */
export interface RunningStep {
  readonly name: string;
  /** In milliseconds on the process's clock. */
  readonly startedAt: number;
}

/** Distinct names per request; later ones count as `other`. */
const MAX_NAMES = 32;

/** Finished steps listed individually, and running steps shown; later ones only add up. */
const MAX_STEPS = 48;

/** Time of a request by step name: `rates.connect`, `db.acquire`. */
export class Timings {
  readonly #byName = new Map<string, Timing>();
  readonly #steps: TimedStep[] = [];
  readonly #running = new Set<RunningStep>();
  readonly #clock: Clock;

  constructor(clock: Clock = processClock) {
    this.#clock = clock;
  }

  /** Records a step that has just ended after `ms`. */
  record(name: string, ms: number): void {
    this.add({ name, startedAt: this.#clock.now() - ms, ms });
  }

  /** @internal Records a step that ended elsewhere. */
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

  /**
   * Starts a step, shown on the pages while it runs; the returned function ends and records it.
   *
   * @param startedAt in milliseconds on the process's clock; now, unless it began before
   */
  start(name: string, startedAt = this.#clock.now()): () => void {
    const step: RunningStep = { name, startedAt };
    if (this.#running.size < MAX_STEPS) this.#running.add(step);
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      this.#running.delete(step);
      this.add({ name, startedAt, ms: this.#clock.now() - startedAt });
    };
  }

  /** Current steps, latest last. */
  get running(): RunningStep[] {
    return [...this.#running];
  }

  /** First steps, in order of their end. */
  get steps(): readonly TimedStep[] {
    return this.#steps;
  }

  snapshot(): Record<string, Timing> {
    return Object.fromEntries([...this.#byName].map(([name, timing]) => [name, { ...timing }]));
  }
}
