import type { LagController } from './lag-controller.ts';
import type { Loop } from './loop.ts';

export interface TurnsOptions {
  loop: Loop;
  /** Is told how long they are. */
  lag: LagController | undefined;
  /** Time of one turn that is given to new requests, in milliseconds. */
  turnMs: number;
  /** One has ended that was followed to its end. */
  onEnd: (now: number, time: TurnTime) => void;
}

/** What became of the time that a turn has for new requests. */
export type TurnTime = 'left' | 'used-up';

/** A turn of at least this length is followed by one that is measured whole, in milliseconds. */
const LONG_TURN_MS = 5;

/** Before this share of its time has passed nobody asks whether a turn has ended. */
const SHORT_TURN = 0.5;

/** A loop that waited for events for this long has no turn under way, in milliseconds. */
const PAUSE_MS = 0.05;

/**
 * The turns of an event loop and the time that each gives to new requests. Only turns of a busy
 * loop are followed to their end: to be called back in every turn costs a loop that has little to
 * do more than all the rest of admission.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #shortMs: number;
  /** When the first request of this turn came, and how busy the loop had been by then. */
  #openedAt: number | undefined;
  #busyMsAtOpening = 0;
  #isEndDue = false;
  /** When the one began that is followed. */
  #followedFrom = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
    this.#shortMs = SHORT_TURN * options.turnMs;
  }

  /** A request came; whether the present one has much of its time left. */
  isYoung(now: number): boolean {
    if (this.#isShort(now)) return true;
    this.arrive(now);
    return this.#isShort(now);
  }

  /** A request came. */
  arrive(now: number): void {
    const openedAt = this.#openedAt;
    if (openedAt === undefined) return this.#begin(now);
    if (this.#isEndDue || now - openedAt < this.#shortMs) return;
    this.#look(openedAt, now);
  }

  /** Whether the present one has no time left for new requests. */
  isUsedUp(now: number): boolean {
    return now - (this.#openedAt ?? now) >= this.#options.turnMs;
  }

  /** Calls `onEnd` at the end of the present one, which began at `now`. */
  follow(now: number): void {
    if (this.#isEndDue) return;
    this.#isEndDue = true;
    this.#followedFrom = now;
    this.#options.loop.atEndOfTurn(this.#end);
  }

  /** The same, if it has been long. */
  followLong(startedAt: number, now: number): void {
    if (now - startedAt >= LONG_TURN_MS) this.follow(startedAt);
  }

  /** Whether it is too early to ask for its end. */
  #isShort(now: number): boolean {
    return this.#openedAt !== undefined && now - this.#openedAt < this.#shortMs;
  }

  #begin(now: number): void {
    this.#open(now, this.#options.loop.busyMs());
    // Who refuses must know every turn.
    if (this.#options.lag?.isOpen === false) this.follow(now);
  }

  #open(now: number, busyMs: number): void {
    this.#openedAt = now;
    this.#busyMsAtOpening = busyMs;
  }

  /** Begins another one when the loop has paused since this one began; else waits for its end. */
  #look(openedAt: number, now: number): void {
    const { loop, lag, turnMs } = this.#options;
    const busyMs = loop.busyMs();
    const spentMs = busyMs - this.#busyMsAtOpening;
    const pausedMs = now - openedAt - spentMs;
    const isLong = spentMs >= turnMs && spentMs > pausedMs;
    if (pausedMs < PAUSE_MS || isLong) return this.follow(openedAt);
    lag?.turn(spentMs);
    lag?.look(now, this.#busyMs);
    this.#open(now, busyMs);
  }

  readonly #busyMs = (): number => this.#options.loop.busyMs();

  readonly #end = (): void => {
    const { loop, lag, onEnd } = this.#options;
    const now = loop.clock.now();
    const startedAt = this.#followedFrom;
    const time: TurnTime = this.isUsedUp(now) ? 'used-up' : 'left';
    this.#isEndDue = false;
    this.#openedAt = undefined;
    lag?.turn(now - startedAt);
    lag?.look(now, this.#busyMs);
    // From here to the next end of a turn is a whole one.
    if (now - startedAt >= LONG_TURN_MS) this.follow(now);
    onEnd(now, time);
  };
}
