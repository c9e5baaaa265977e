import { RANKS, type Rank } from './priority.ts';

export interface LagControllerOptions {
  /** Minimum target of the turn length. */
  targetMs: number;
}

/** Interval of adjustments. */
const EVERY_MS = 100;

/** Consecutive high readings before anything is refused: one pause is no overload. */
const READINGS = 3;

/** Strongest single cut and its gain; speed of recovery. */
const CUT = { least: 0.5, gain: 0.3 } as const;
const RAISE = { factor: 1.05, step: 0.02 } as const;

/** Fraction that is always admitted; without samples recovery would go unnoticed. */
const LEAST_FRACTION = 0.02;

/** Target turn length, in mean costs of a request and in long pieces of work. */
const COSTS = 4;
const PIECES = 2;

/** How fast the long-piece estimate rises, and decays per interval. */
const PIECE = { rise: 0.2, fall: 0.99 } as const;

/** Upper bound of the target, in minimum targets. */
const MOST_TARGETS = 10;

/** Admissions per interval below which loop time is not attributed to requests. */
const LEAST_ADMITTED = 0.5;

/** Utilization below which the loop catches up by itself, however long its turns. */
const LEAST_UTILIZATION = 0.5;

/** Weight of an interval in the mean cost of a request. */
const COST_WEIGHT = 0.1;

/** Weight of an interval in the mix of priorities. */
const MIX_WEIGHT = 0.3;

/**
 * Decides from the length of event loop turns which fraction of requests to admit. A request waits
 * for a turn before any of our code runs, and the number in flight does not show blocking work.
 *
 * The target follows the loop time that requests cost, since turns can't be shorter than the work
 * in them: at least `targetMs`, four times the mean (work resumed after a wait comes in bursts), and
 * twice the long pieces where those are rare. The smallest of the last readings decides. Long turns
 * count only while the loop is busy and requests come, so that start-up is no overload. Refuses the
 * least important priorities first.
 */
export class LagController {
  readonly #leastTargetMs: number;
  #fraction = 1;
  #lagMs = 0;
  /** Idle time of the loop at the last reading. */
  #idleMs: number | undefined;
  /** Means per interval. */
  #meanBusyMs = 0;
  #meanAdmitted = 0;
  /** Estimated length of a long synchronous piece of one request. */
  #pieceMs = 0;
  #readings: number[] = [];
  #tickedAt = 0;
  /** This interval: sum of turn lengths, sum of their squares, admissions, arrivals per rank. */
  #turnsMs = 0;
  #weightedMs = 0;
  #admitted = 0;
  readonly #arrivals: [number, number, number, number] = [0, 0, 0, 0];
  readonly #mix: [number, number, number, number] = [0, 0, 0, 0];
  #shares: readonly [number, number, number, number] = [1, 1, 1, 1];

  constructor({ targetMs }: LagControllerOptions) {
    this.#leastTargetMs = targetMs;
  }

  /** Fraction of all requests that is admitted, from 0 to 1. */
  get fraction(): number {
    return this.#fraction;
  }

  /** Turn length as a request meets it: weighted by itself. */
  get lagMs(): number {
    return this.#lagMs;
  }

  get targetMs(): number {
    const { costMs } = this;
    const wanted = Math.max(this.#leastTargetMs, COSTS * costMs, PIECES * this.#pieceMs);
    return Math.min(wanted, MOST_TARGETS * this.#leastTargetMs);
  }

  /** Mean loop time per request. */
  get costMs(): number {
    return this.#meanAdmitted < LEAST_ADMITTED ? 0 : this.#meanBusyMs / this.#meanAdmitted;
  }

  /** Whether every request is admitted. */
  get isOpen(): boolean {
    return this.#fraction === 1;
  }

  /** Probability of admission for this rank. */
  shareOf(rank: Rank): number {
    return this.#shares[rank];
  }

  /** Counts an arrival. */
  arrive(rank: Rank): void {
    this.#arrivals[rank]++;
  }

  /** Counts admissions. */
  admit(count = 1): void {
    this.#admitted += count;
  }

  /** Records the length of a turn, or the lateness of a timer. */
  turn(lengthMs: number): void {
    this.#turnsMs += lengthMs;
    this.#weightedMs += lengthMs * lengthMs;
  }

  /** Records how long a request held the loop without a pause. */
  spent(pieceMs: number): void {
    if (pieceMs > this.#pieceMs) this.#pieceMs += PIECE.rise * (pieceMs - this.#pieceMs);
  }

  /**
   * Adjusts the fraction once per interval.
   *
   * @param idleMs reads the cumulative idle time of the loop
   */
  look(now: number, idleMs: () => number): void {
    const elapsedMs = now - this.#tickedAt;
    const elapsed = Math.floor(elapsedMs / EVERY_MS);
    if (elapsed < 1) return;
    this.#tickedAt = now;
    const spentMs = this.#spend(elapsedMs, idleMs());
    const isWanted = this.#admitted > 0 || this.#arrivals.some((count) => count > 0);
    this.#learn(spentMs);
    this.#read(isWanted && spentMs >= LEAST_UTILIZATION * elapsedMs);
    this.#adapt(elapsed);
    this.#share();
  }

  /** Busy time of the loop since the last reading, in milliseconds. */
  #spend(elapsedMs: number, idleMs: number): number {
    const spentMs = this.#idleMs === undefined ? 0 : elapsedMs - (idleMs - this.#idleMs);
    this.#idleMs = idleMs;
    return spentMs;
  }

  #learn(spentMs: number): void {
    this.#meanBusyMs += COST_WEIGHT * (spentMs - this.#meanBusyMs);
    this.#meanAdmitted += COST_WEIGHT * (this.#admitted - this.#meanAdmitted);
    this.#admitted = 0;
    this.#pieceMs *= PIECE.fall;
  }

  #read(isBusy: boolean): void {
    // Long turns meet proportionally more requests than short ones.
    this.#lagMs = this.#turnsMs === 0 ? 0 : this.#weightedMs / this.#turnsMs;
    this.#readings = [...this.#readings.slice(1 - READINGS), isBusy ? this.#lagMs : 0];
    this.#turnsMs = 0;
    this.#weightedMs = 0;
  }

  #adapt(elapsed: number): void {
    const { targetMs } = this;
    const smallest = this.#readings.length < READINGS ? 0 : Math.min(...this.#readings);
    if (smallest > targetMs) {
      const cut = Math.max(CUT.least, 1 - CUT.gain * (smallest / targetMs - 1));
      this.#fraction = Math.max(LEAST_FRACTION, this.#fraction * cut);
      return;
    }
    if (this.#lagMs > targetMs || this.#fraction === 1) return;
    const raised = (this.#fraction + RAISE.step) * RAISE.factor ** elapsed;
    this.#fraction = raised > 0.99 ? 1 : raised;
  }

  /** Distributes the fraction, the most important priority first. */
  #share(): void {
    for (const rank of RANKS) {
      this.#mix[rank] += MIX_WEIGHT * (this.#arrivals[rank] - this.#mix[rank]);
      this.#arrivals[rank] = 0;
    }
    const total = this.#mix.reduce((sum, count) => sum + count, 0);
    let left = total * this.#fraction;
    const shares: [number, number, number, number] = [1, 1, 1, 1];
    for (const rank of RANKS) {
      const wanted = this.#mix[rank];
      shares[rank] = this.#fraction === 1 || wanted === 0 ? 1 : clampedShare(left, wanted);
      left = Math.max(0, left - wanted);
    }
    this.#shares = shares;
  }
}

function clampedShare(left: number, wanted: number): number {
  return Math.min(1, left / wanted);
}
