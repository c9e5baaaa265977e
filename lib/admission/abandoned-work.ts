import type { Clock } from '../common/clock.ts';
import { outside } from '../common/outside.ts';

/** How often handlers are checked for completion. */
const LOOK_EVERY_MS = 100;

/** Age after the response at which a running handler is reported as stuck. */
const STUCK_AFTER_MS = 30_000;

/** Age at which a handler counts as lost and frees its place, so that its route stays open. */
const LOST_AFTER_MS = 600_000;

/**
 * The same after the end of a request that a callback was to answer: one that follows the signal
 * gives up without a trace.
 */
const GIVEN_UP_AFTER_MS = 10_000;

/** A place of a handler in flight. */
export interface Place {
  readonly group: string;
  /** Whether the handler still runs. */
  readonly isAbandoned: boolean;
  /** Whether its end may go unseen. @default never */
  readonly mayHaveGivenUp?: boolean;
  giveBack(): void;
}

export interface AbandonedWorkOptions {
  clock: Clock;
  /** Called once per place whose handler runs on for 30 s. */
  onStuck: (group: string) => void;
}

interface Watched {
  readonly since: number;
  /** Since when its end may go unseen. */
  unseenSince: number;
  isStuck: boolean;
}

/**
 * Handlers that outlive their responses: the client left or the deadline passed. Each keeps its
 * place until it ends; otherwise callers that give up early would lift every limit.
 */
export class AbandonedWork {
  readonly #places = new Map<Place, Watched>();
  readonly #options: AbandonedWorkOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AbandonedWorkOptions) {
    this.#options = options;
  }

  add(place: Place): void {
    this.#places.set(place, {
      since: this.#options.clock.now(),
      unseenSince: Infinity,
      isStuck: false,
    });
    this.#timer ??= outside(() => setInterval(() => this.#look(), LOOK_EVERY_MS).unref());
  }

  #look(): void {
    const now = this.#options.clock.now();
    for (const [place, watched] of this.#places) {
      const ageMs = now - watched.since;
      if (place.mayHaveGivenUp === true) watched.unseenSince = Math.min(watched.unseenSince, now);
      const isGivenUp = now - watched.unseenSince >= GIVEN_UP_AFTER_MS;
      if (place.isAbandoned && !isGivenUp && ageMs < LOST_AFTER_MS) {
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
