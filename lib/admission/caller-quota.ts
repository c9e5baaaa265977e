import type { AdmissionRequest, QuotaOptions } from './admission.options.ts';

/** Counts what each caller has under way. Callers with nothing under way are not kept. */
export class CallerQuota {
  readonly #options: QuotaOptions;
  readonly #inFlight = new Map<string, number>();

  constructor(options: QuotaOptions) {
    this.#options = options;
  }

  /** Who asks; undefined: no quota applies. Someone else's function: what it throws tells nobody. */
  keyOf(request: AdmissionRequest): string | undefined {
    try {
      return this.#options.keyOf(request);
    } catch {
      return undefined;
    }
  }

  /** False when the caller has as much under way as it may. */
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
