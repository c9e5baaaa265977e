import type { Clock } from '../common/clock.ts';

/** How often it is looked whether handlers have ended, in milliseconds. */
const LOOK_EVERY_MS = 100;

/** A handler that does not end by then has lost its place, in milliseconds. */
const AT_MOST_MS = 30_000;

/** A place among those in flight. */
export interface Place {
  /** Whether its handler runs on although nobody waits for the answer any more. */
  readonly isAbandoned: boolean;
  giveBack(): void;
}

/**
 * Requests whose clients have left while their handlers run on. They keep their places until the
 * handlers end: else clients that give up early would lift every limit. A handler has ended when it
 * has answered, though to nobody; no event tells of that, so it is looked for.
 */
export class AbandonedWork {
  readonly #since = new Map<Place, number>();
  readonly #clock: Clock;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(place: Place): void {
    this.#since.set(place, this.#clock.now());
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  #look(): void {
    const now = this.#clock.now();
    for (const [place, since] of this.#since) {
      if (place.isAbandoned && now - since < AT_MOST_MS) continue;
      this.#since.delete(place);
      place.giveBack();
    }
    if (this.#since.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
