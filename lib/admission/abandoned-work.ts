import type { Clock } from '../common/clock.ts';

/** How often handlers are checked for their end, in milliseconds. */
const LOOK_EVERY_MS = 100;

/** A handler that still runs this long after its response is reported, in milliseconds. */
const STUCK_AFTER_MS = 30_000;

/** A handler that has not ended by then never will, in milliseconds: it must not close its route. */
const LOST_AFTER_MS = 600_000;

/** A place among those in flight. */
export interface Place {
  /** The group whose place it is. */
  readonly group: string;
  /** Whether its handler is still at work. */
  readonly isAbandoned: boolean;
  giveBack(): void;
}

export interface AbandonedWorkOptions {
  clock: Clock;
  /** Called once per place whose handler runs on for 30 s. */
  onStuck: (group: string) => void;
}

interface Watched {
  readonly since: number;
  isStuck: boolean;
}

/**
 * Handlers that run on after their responses have ended: the client has left, or its time was up.
 * They keep their places until they end: else callers that give up early would lift every limit.
 */
export class AbandonedWork {
  readonly #places = new Map<Place, Watched>();
  readonly #options: AbandonedWorkOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AbandonedWorkOptions) {
    this.#options = options;
  }

  add(place: Place): void {
    this.#places.set(place, { since: this.#options.clock.now(), isStuck: false });
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  #look(): void {
    const now = this.#options.clock.now();
    for (const [place, watched] of this.#places) {
      const ageMs = now - watched.since;
      if (place.isAbandoned && ageMs < LOST_AFTER_MS) {
        this.#reportIfStuck(place, watched, ageMs);
        continue;
      }
      this.#places.delete(place);
      place.giveBack();
    }
    if (this.#places.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #reportIfStuck({ group }: Place, watched: Watched, ageMs: number): void {
    if (watched.isStuck || ageMs < STUCK_AFTER_MS) return;
    watched.isStuck = true;
    this.#options.onStuck(group);
  }
}
