import type { AdmissionRequest } from './admission.options.ts';
import { type RawRequest, viewOf } from './hook-request.ts';
import { isPriority, type Rank, rankOf } from './priority.ts';

export interface CallerPriorityOptions {
  header: string;
  isTrusted: (request: AdmissionRequest) => boolean;
}

/** Priority that trusted callers set by a header. */
export class CallerPriority {
  readonly #options: CallerPriorityOptions;

  constructor(options: CallerPriorityOptions) {
    this.#options = options;
  }

  /** @param rank of the route, used if the caller sets none or is not trusted */
  rankOf(raw: RawRequest, rank: Rank): Rank {
    const given = raw.headers[this.#options.header];
    return isPriority(given) && this.#isTrusted(raw) ? rankOf(given) : rank;
  }

  /** Application code: an exception means not trusted. */
  #isTrusted(raw: RawRequest): boolean {
    try {
      return this.#options.isTrusted(viewOf(raw));
    } catch {
      return false;
    }
  }
}
