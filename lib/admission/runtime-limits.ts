import type { DefinedSetting, Settings } from '../reports/settings.ts';
import { admissionOptions, fixedLimitOptions, queueOptions } from './admission.options.ts';
import type { Limiter } from './limiter.ts';

/** Limits that operators change at run time. */
export class RuntimeLimits {
  readonly #settings: Settings;
  readonly #turnMs: DefinedSetting<number>;
  readonly #maxQueue: DefinedSetting<number>;
  readonly #groups = new Map<string, DefinedSetting<number | null>>();

  constructor(settings: Settings, { turnMs, maxQueue }: { turnMs: number; maxQueue: number }) {
    this.#settings = settings;
    this.#turnMs = settings.define('admission.turnMs', turnMs, {
      kind: admissionOptions.table.turnMs.kind,
      summary: 'Time per turn of the event loop for admitting new requests',
    });
    this.#maxQueue = settings.define('admission.queue.maxQueue', maxQueue, {
      kind: queueOptions.table.maxQueue.kind,
      summary: 'Requests that may wait, over all routes',
    });
  }

  get turnMs(): number {
    return this.#turnMs.setting.value;
  }

  get maxQueue(): number {
    return this.#maxQueue.setting.value;
  }

  /** The limiter of a group, whose limit operators can fix. */
  limiterOf(group: string, limiter: Limiter): Limiter {
    const known = this.#groups.get(group);
    const defined =
      known ??
      this.#settings.define<number>(`admission.limit ${group}`, null, {
        kind: fixedLimitOptions.table.fixed.kind,
        summary: 'Requests in flight; unless changed, what its limiter finds',
      });
    this.#groups.set(group, defined);
    return new FixableLimiter(limiter, () => defined.setting.value);
  }

  close(): void {
    for (const { remove } of [this.#turnMs, this.#maxQueue, ...this.#groups.values()]) remove();
  }
}

/** A limiter whose limit is another one while that is set. */
class FixableLimiter implements Limiter {
  readonly #limiter: Limiter;
  readonly #fixed: () => number | null;

  constructor(limiter: Limiter, fixed: () => number | null) {
    this.#limiter = limiter;
    this.#fixed = fixed;
  }

  get limit(): number {
    return this.#fixed() ?? this.#limiter.limit;
  }

  /** Goes on learning, but only from its own limit: another one would mislead it. */
  sample(...answer: Parameters<Limiter['sample']>): void {
    if (this.#fixed() === null) this.#limiter.sample(...answer);
  }
}
