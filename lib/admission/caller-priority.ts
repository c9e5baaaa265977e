import type { AdmissionRequest } from './admission.options.ts';
import { type RawRequest, viewOf } from './hook-request.ts';
import { isPriority, type Rank, rankOf } from './priority.ts';

export interface CallerPriorityOptions {
  header: string;
  isTrusted: (request: AdmissionRequest) => boolean;
}

/** The priority that trusted callers give their requests by a header. */
export class CallerPriority {
  readonly #options: CallerPriorityOptions;

  constructor(options: CallerPriorityOptions) {
    this.#options = options;
  }

  /** @param rank that of the route, for callers who give none or are not trusted */
  rankOf(raw: RawRequest, rank: Rank): Rank {
    const given = raw.headers[this.#options.header];
    return isPriority(given) && this.#isTrusted(raw) ? rankOf(given) : rank;
  }

  /** Someone else's function: what it throws is no trust. */
  #isTrusted(raw: RawRequest): boolean {
    try {
      return this.#options.isTrusted(viewOf(raw));
    } catch {
      return false;
    }
  }
}
