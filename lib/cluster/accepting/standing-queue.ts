import { CoDel, type CoDelOptions } from '../../common/codel.ts';
import { Surge, type SurgeLook } from './surge.ts';

/** Decides which connections to refuse because their queue stands: by CoDel, and during a surge. */
export class StandingQueue {
  readonly #codel: CoDel;
  readonly #surge: Surge;
  #isSurge = false;

  constructor({ targetMs, intervalMs }: CoDelOptions) {
    this.#codel = new CoDel({ targetMs, intervalMs });
    this.#surge = new Surge({ targetMs, intervalMs });
  }

  /** Longest delay while the queue stands. */
  get longestMs(): number {
    return this.#codel.longestMs;
  }

  /** Call it before decisions on the connections of one look. */
  look(counts: SurgeLook): void {
    this.#isSurge = this.#surge.look(counts);
  }

  /** @param isSample whether the delay says something about the queue, as it does not after a refusal */
  shouldShed(delayMs: number, now: number, isSample = true): boolean {
    const isStanding = this.#codel.shouldDrop(delayMs, now, isSample);
    return isStanding || (this.#isSurge && delayMs > this.longestMs);
  }
}
