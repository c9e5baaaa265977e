import { type Clock, processClock } from '../common/clock.ts';

/** State of a state machine statistic, as plain data. */
export interface StatesSnapshot {
  states: Record<string, { entered: number; current: number; totalMs: number }>;
  /** Counts by `FROM>TO`. */
  transitions: Record<string, number>;
}

/** Tracks a thing that is in one state at a time. */
export interface StateMachine {
  readonly state: string;
  enter(state: string): void;
  /** Ends tracking: the thing is gone, and its time no longer counts. */
  end(): void;
}

interface StateTotals {
  entered: number;
  /** Things in this state now. */
  current: number;
  /** Total time of completed stays. */
  endedMs: number;
  /** Sum of the start times of current stays, from which their total time follows. */
  sinceSum: number;
}

/** Maximum number of distinct states; further ones count as `other`. */
const MAX_STATES = 32;

const OTHER = 'other';

/** Time per state and transition counts, over all tracked things. */
export class States {
  readonly #clock: Clock;
  readonly #states = new Map<string, StateTotals>();
  readonly #transitions = new Map<string, number>();

  constructor(clock: Clock = processClock) {
    this.#clock = clock;
  }

  /** Starts to track a new thing, in `state`. */
  begin(state: string): StateMachine {
    return new Machine(this, this.#clock, state);
  }

  /** Discards the past; current stays count as begun now. */
  reset(): void {
    const now = this.#clock.now();
    this.#transitions.clear();
    for (const totals of this.#states.values()) {
      totals.entered = totals.current;
      // Offsets the time that current stays have lasted so far.
      totals.endedMs = totals.sinceSum - totals.current * now;
    }
  }

  snapshot(): StatesSnapshot {
    const now = this.#clock.now();
    const states = [...this.#states].map(([name, { entered, current, endedMs, sinceSum }]) => {
      return [name, { entered, current, totalMs: endedMs + current * now - sinceSum }] as const;
    });
    return {
      states: Object.fromEntries(states),
      transitions: Object.fromEntries(this.#transitions),
    };
  }

  /** @internal Returns the name under which the state is counted. */
  arrive(state: string, now: number): string {
    const isKnown = this.#states.has(state) || this.#states.size < MAX_STATES;
    const name = isKnown ? state : OTHER;
    const totals = this.#states.get(name) ?? { entered: 0, current: 0, endedMs: 0, sinceSum: 0 };
    totals.entered++;
    totals.current++;
    totals.sinceSum += now;
    this.#states.set(name, totals);
    return name;
  }

  /** @internal */
  leave(name: string, since: number, now: number): void {
    const totals = this.#states.get(name);
    if (totals === undefined) return;
    totals.current--;
    totals.endedMs += now - since;
    totals.sinceSum -= since;
  }

  /** @internal Needs no limit: the number of states has one. */
  moved(from: string, to: string): void {
    const key = `${from}>${to}`;
    this.#transitions.set(key, (this.#transitions.get(key) ?? 0) + 1);
  }
}

class Machine implements StateMachine {
  readonly #states: States;
  readonly #clock: Clock;
  #name: string;
  #since: number;
  #hasEnded = false;

  constructor(states: States, clock: Clock, state: string) {
    this.#states = states;
    this.#clock = clock;
    this.#since = clock.now();
    this.#name = states.arrive(state, this.#since);
  }

  get state(): string {
    return this.#name;
  }

  enter(state: string): void {
    if (this.#hasEnded) return;
    const now = this.#clock.now();
    const from = this.#name;
    this.#states.leave(from, this.#since, now);
    this.#name = this.#states.arrive(state, now);
    this.#since = now;
    this.#states.moved(from, this.#name);
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#states.leave(this.#name, this.#since, this.#clock.now());
  }
}
