import type { LagController } from './lag-controller.ts';
import type { Loop } from './loop.ts';

export interface TurnsOptions {
  loop: Loop;
  /** Receives the turn lengths. */
  lag: LagController | undefined;
  /** Adjusts `lag`. */
  adjust: (now: number) => void;
  /** Time per turn for new requests. */
  turnMs: () => number;
  /** Called at the end of each followed turn. */
  onEnd: (now: number, time: TurnTime) => void;
}

/** Whether a turn has used up its time for new requests. */
export type TurnTime = 'left' | 'used-up';

/** Turn length from which the next turn is measured whole. */
const LONG_TURN_MS = 5;

/** Share of the budget before which no end of turn is looked for. */
const SHORT_TURN = 0.5;

/** Idle time that shows that the turn has ended. */
const PAUSE_MS = 0.05;

/**
 * The turns of an event loop and their time budget for new requests. Follows only turns of a busy
 * loop: a callback per turn would cost a quiet loop more than the rest of admission.
 */
export class Turns {
  readonly #options: TurnsOptions;
  /** First arrival of this turn, and the loop's idle time at that moment. */
  #openedAt: number | undefined;
  #idleMsAtOpening = 0;
  /** Until when it is too early to look for the end of the turn. */
  #youngUntil = -Infinity;
  #isEndDue = false;
  /** Start of the followed turn. */
  #followedFrom = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Notes an arrival; returns until when much of the turn's budget is left. */
  youngUntil(now: number): number {
    this.arrive(now);
    return this.#youngUntil;
  }

  /** Notes an arrival: opens a turn, or checks whether it has ended. */
  arrive(now: number): void {
    const openedAt = this.#openedAt;
    if (openedAt === undefined) return this.#begin();
    if (this.#isEndDue || now < this.#youngUntil) return;
    this.#look(openedAt);
  }

  /** Whether the current turn has no time left for new requests. */
  isUsedUp(now: number): boolean {
    return now - (this.#openedAt ?? now) >= this.#options.turnMs();
  }

  /** Calls `onEnd` at the end of the current turn, which began at `now`. */
  follow(now: number): void {
    if (this.#isEndDue) return;
    this.#isEndDue = true;
    this.#followedFrom = now;
    this.#options.loop.atEndOfTurn(this.#end);
  }

  /** Follows the current turn if it has been long. */
  followLong(startedAt: number, now: number): void {
    if (now - startedAt >= LONG_TURN_MS) this.follow(startedAt);
  }

  #begin(): void {
    const now = this.#options.loop.clock.now();
    this.#open(now, this.#options.loop.idleMs());
    // While it refuses, the controller needs every turn.
    if (this.#options.lag?.isOpen === false) this.follow(now);
  }

  #open(now: number, idleMs: number): void {
    this.#openedAt = now;
    this.#youngUntil = now + SHORT_TURN * this.#options.turnMs();
    this.#idleMsAtOpening = idleMs;
  }

  /** Opens a new turn if the loop has been idle since this one opened; else follows it. */
  #look(openedAt: number): void {
    const { loop, lag, turnMs, adjust } = this.#options;
    const now = loop.clock.now();
    const idleMs = loop.idleMs();
    const pausedMs = idleMs - this.#idleMsAtOpening;
    const spentMs = Math.max(0, now - openedAt - pausedMs);
    const isLong = spentMs >= turnMs() && spentMs > pausedMs;
    if (pausedMs < PAUSE_MS || isLong) return this.follow(openedAt);
    lag?.turn(spentMs);
    adjust(now);
    this.#open(now, idleMs);
  }

  readonly #end = (): void => {
    const { loop, lag, adjust, onEnd } = this.#options;
    const now = loop.clock.now();
    const startedAt = this.#followedFrom;
    const time: TurnTime = this.isUsedUp(now) ? 'used-up' : 'left';
    this.#isEndDue = false;
    this.#openedAt = undefined;
    this.#youngUntil = -Infinity;
    lag?.turn(now - startedAt);
    adjust(now);
    // From here to the next end is a whole turn.
    if (now - startedAt >= LONG_TURN_MS) this.follow(now);
    onEnd(now, time);
  };
}
