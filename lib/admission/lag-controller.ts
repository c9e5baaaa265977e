import { RANKS, type Rank } from './priority.ts';

export interface LagControllerOptions {
  /** Length of a turn of the loop that is well, in milliseconds, at least. @default 20 */
  targetMs?: number;
}

/** How often the fraction is set anew, in milliseconds. */
const EVERY_MS = 100;

/** So many readings must be too high before anything is refused: one pause is no overload. */
const READINGS = 3;

/** Strongest cut at once, and the way back. */
const CUT = { least: 0.5, gain: 0.3 } as const;
const RAISE = { factor: 1.05, step: 0.02 } as const;

/** A little is always let in, else nothing would be learnt. */
const LEAST_FRACTION = 0.02;

/** The target is so many times what a request costs the loop, and what a long piece of work does. */
const COSTS = 4;
const PIECES = 2;

/** How fast the length of a long piece follows longer ones, and is forgotten per interval. */
const PIECE = { rise: 0.2, fall: 0.99 } as const;

/** The target is never more than so many times the least one. */
const MOST_TARGETS = 10;

/** With fewer per interval the loop is busy with other things, which tells nothing of them. */
const LEAST_ADMITTED = 0.5;

/** A loop that is busy for a smaller part of the time catches up by itself, however long its turns. */
const LEAST_UTILIZATION = 0.5;

/** Weight of an interval in the mean cost of a request. */
const COST_WEIGHT = 0.1;

/** Weight of an interval in the mix of priorities. */
const MIX_WEIGHT = 0.3;

/**
 * Decides which fraction of the requests to let in from how long the turns of the event loop are.
 * That is what every request waits for before anything of ours is called: work that blocks the loop
 * is seen in no number of requests in flight.
 *
 * The target follows what requests cost the loop, at least 20 ms: turns can't be shorter than the
 * work in them. Four times the mean, because work that goes on after a wait comes in bunches; twice
 * the long pieces, where those are rare among short ones. The smallest of the last readings decides;
 * long turns count while the loop is busy and requests come: what a process does when it starts is
 * no overload. What is refused is refused from the least important priority upwards.
 */
export class LagController {
  readonly #leastTargetMs: number;
  #fraction = 1;
  #lagMs = 0;
  /** So far, and per interval. */
  #busyMs: number | undefined;
  #meanBusyMs = 0;
  #meanAdmitted = 0;
  /** Length of a long piece of work of one request. */
  #pieceMs = 0;
  #readings: number[] = [];
  #tickedAt = 0;
  /** Of this interval: length of turns, that weighted by itself, and who came and was let in. */
  #turnsMs = 0;
  #weightedMs = 0;
  #admitted = 0;
  readonly #arrivals: [number, number, number, number] = [0, 0, 0, 0];
  readonly #mix: [number, number, number, number] = [0, 0, 0, 0];
  #shares: readonly [number, number, number, number] = [1, 1, 1, 1];

  constructor({ targetMs = 20 }: LagControllerOptions = {}) {
    this.#leastTargetMs = targetMs;
  }

  /** Fraction of all requests that is let in, from 0 to 1. */
  get fraction(): number {
    return this.#fraction;
  }

  /** Length of a turn as a request meets it, in milliseconds. */
  get lagMs(): number {
    return this.#lagMs;
  }

  get targetMs(): number {
    const { costMs } = this;
    const wanted = Math.max(this.#leastTargetMs, COSTS * costMs, PIECES * this.#pieceMs);
    return Math.min(wanted, MOST_TARGETS * this.#leastTargetMs);
  }

  /** Time of the loop per request, in milliseconds. */
  get costMs(): number {
    return this.#meanAdmitted < LEAST_ADMITTED ? 0 : this.#meanBusyMs / this.#meanAdmitted;
  }

  /** Whether everything is let in. */
  get isOpen(): boolean {
    return this.#fraction === 1;
  }

  /** Probability with which a request of this rank is let in. */
  shareOf(rank: Rank): number {
    return this.#shares[rank];
  }

  /** A request came. */
  arrive(rank: Rank): void {
    this.#arrivals[rank]++;
  }

  /** A request was let in. */
  admit(): void {
    this.#admitted++;
  }

  /** A turn of the loop has ended, or a timer was so late. */
  turn(lengthMs: number): void {
    this.#turnsMs += lengthMs;
    this.#weightedMs += lengthMs * lengthMs;
  }

  /** A request had the loop for so long without a pause. */
  spent(pieceMs: number): void {
    if (pieceMs > this.#pieceMs) this.#pieceMs += PIECE.rise * (pieceMs - this.#pieceMs);
  }

  /**
   * Sets the fraction anew when it is time to.
   *
   * @param busyMs reads for how long the loop has been busy so far, in milliseconds
   */
  look(now: number, busyMs: () => number): void {
    const elapsedMs = now - this.#tickedAt;
    const elapsed = Math.floor(elapsedMs / EVERY_MS);
    if (elapsed < 1) return;
    this.#tickedAt = now;
    const spentMs = this.#spend(busyMs());
    const isWanted = this.#admitted > 0 || this.#arrivals.some((count) => count > 0);
    this.#learn(spentMs);
    this.#read(isWanted && spentMs >= LEAST_UTILIZATION * elapsedMs);
    this.#adapt(elapsed);
    this.#share();
  }

  /** For how long the loop was busy since the last reading, in milliseconds. */
  #spend(busyMs: number): number {
    const spentMs = busyMs - (this.#busyMs ?? busyMs);
    this.#busyMs = busyMs;
    return spentMs;
  }

  #learn(spentMs: number): void {
    this.#meanBusyMs += COST_WEIGHT * (spentMs - this.#meanBusyMs);
    this.#meanAdmitted += COST_WEIGHT * (this.#admitted - this.#meanAdmitted);
    this.#admitted = 0;
    this.#pieceMs *= PIECE.fall;
  }

  #read(isBusy: boolean): void {
    // A request meets a long turn more often than a short one, in proportion.
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

  /** Fills the fraction from the most important priority downwards. */
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
