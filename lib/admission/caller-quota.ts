import type { AdmissionRequest, QuotaOptions } from './admission.options.ts';

/** Counts requests in flight per caller; forgets callers that have none. */
export class CallerQuota {
  readonly #options: QuotaOptions;
  readonly #inFlight = new Map<string, number>();

  constructor(options: QuotaOptions) {
    this.#options = options;
  }

  /** Identifies the caller; undefined means no quota, also if the application's function throws. */
  keyOf(request: AdmissionRequest): string | undefined {
    try {
      return this.#options.keyOf(request);
    } catch {
      return undefined;
    }
  }

  /** Returns false if the caller has used up its quota. */
  take(key: string): boolean {
    const count = this.#inFlight.get(key) ?? 0;
    if (count >= this.#options.maxInFlight) return false;
    this.#inFlight.set(key, count + 1);
    return true;
  }

  giveBack(key: string): void {
    const count = this.#inFlight.get(key) ?? 0;
    if (count > 1) this.#inFlight.set(key, count - 1);
    else this.#inFlight.delete(key);
  }
}
