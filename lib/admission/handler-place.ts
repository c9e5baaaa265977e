import type { HookReply } from '../common/http/request-hooks.ts';
import type { HandlerHold, HandlerWork } from '../context/handler-work.ts';
import type { AbandonedWork, Place } from './abandoned-work.ts';

/** Counts handlers in flight by group. */
export interface Places<G> {
  /** Counts a handler that already runs. */
  retake(group: G): void;
  giveBack(group: G): void;
}

export interface HandlerPlaceOptions<G> {
  places: Places<G>;
  group: G;
  name: string;
  abandoned: AbandonedWork;
}

/** Place that a handler holds from start to end, however its response ended. */
export class HandlerPlace<G> implements HandlerHold {
  readonly #places: Places<G>;
  readonly #group: G;
  readonly #name: string;
  readonly #abandoned: AbandonedWork;

  constructor({ places, group, name, abandoned }: HandlerPlaceOptions<G>) {
    this.#places = places;
    this.#group = group;
    this.#name = name;
    this.#abandoned = abandoned;
  }

  release(): void {
    this.#places.giveBack(this.#group);
  }

  retake(): void {
    this.#places.retake(this.#group);
  }

  outlive(work: HandlerWork, reply: HookReply): void {
    this.#abandoned.add(outlivingPlace(this.#name, work, reply));
  }
}

/** Place of a handler that outlives its response or answers later from a callback. */
export function outlivingPlace(group: string, work: HandlerWork, reply: HookReply): Place {
  return {
    group,
    get isAbandoned() {
      return work.isAtWork(reply);
    },
    get mayHaveGivenUp() {
      return work.mayHaveGivenUp;
    },
    giveBack: () => work.letGo(reply),
  };
}
