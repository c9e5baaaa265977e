import type { HookReply } from '../common/http/request-hooks.ts';
import type { HandlerHold, HandlerWork } from '../context/handler-work.ts';
import type { AbandonedWork, Place } from './abandoned-work.ts';

export interface HandlerPlaceOptions {
  group: string;
  abandoned: AbandonedWork;
  take: () => void;
  giveBack: () => void;
}

/** Place that a handler holds from start to end, however its response ended. */
export class HandlerPlace implements HandlerHold {
  readonly #group: string;
  readonly #abandoned: AbandonedWork;
  readonly #take: () => void;
  readonly #giveBack: () => void;

  constructor({ group, abandoned, take, giveBack }: HandlerPlaceOptions) {
    this.#group = group;
    this.#abandoned = abandoned;
    this.#take = take;
    this.#giveBack = giveBack;
  }

  release(): void {
    this.#giveBack();
  }

  retake(): void {
    this.#take();
  }

  outlive(work: HandlerWork, reply: HookReply): void {
    this.#abandoned.add(outlivingPlace(this.#group, work, reply));
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
