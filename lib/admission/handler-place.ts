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
  readonly #options: HandlerPlaceOptions;

  constructor(options: HandlerPlaceOptions) {
    this.#options = options;
  }

  release(): void {
    this.#options.giveBack();
  }

  retake(): void {
    this.#options.take();
  }

  outlive(work: HandlerWork, reply: HookReply): void {
    this.#options.abandoned.add(outlivingPlace(this.#options.group, work, reply));
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
