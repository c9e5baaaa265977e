import type { Clock } from '../common/clock.ts';
import type { Found } from './name-resolver.ts';

export interface ResolutionCacheOptions {
  readonly minTtlMs: number;
  readonly maxTtlMs: number;
  /** For answers that say nothing of how long they hold, in milliseconds. */
  readonly defaultTtlMs: number;
  /** How long an answer serves while newer ones can't be had, in milliseconds. */
  readonly staleMs: number;
  /** Names that are kept. */
  readonly maxNames: number;
}

/** What is known of a name. */
interface Entry<T> {
  records: readonly T[] | undefined;
  error: unknown;
  /** When it must be asked for again, and when it must not be used any more. */
  freshUntil: number;
  usableUntil: number;
  asking: Promise<void> | undefined;
}

/**
 * Answers of a name service. What is fresh is given at once; what is not is asked for, by all who
 * want it together. When that fails, or takes longer than a caller has, the last answer serves on.
 */
export class ResolutionCache<T> {
  readonly #options: ResolutionCacheOptions;
  readonly #clock: Clock;
  readonly #ask: (name: string) => Promise<Found<T>>;
  readonly #entries = new Map<string, Entry<T>>();
  /** Questions asked, and how many of them failed. */
  readonly counts = { asked: 0, failed: 0 };

  constructor(
    options: ResolutionCacheOptions,
    clock: Clock,
    ask: (name: string) => Promise<Found<T>>,
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#ask = ask;
  }

  /** What is known and fresh. */
  fresh(name: string): readonly T[] | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#clock.now() >= entry.freshUntil) return undefined;
    return entry.records;
  }

  /** What is known and may serve while there is nothing fresh. */
  stale(name: string): readonly T[] | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#clock.now() >= entry.usableUntil) return undefined;
    return entry.records;
  }

  /** Fresh records, or old ones where fresh ones can't be had. @throws what the question failed with */
  async resolve(name: string): Promise<readonly T[]> {
    const entry = this.#entryOf(name);
    if (this.#clock.now() >= entry.freshUntil) await (entry.asking ??= this.#refresh(name, entry));
    const records = this.#clock.now() < entry.usableUntil ? entry.records : undefined;
    if (records === undefined) throw entry.error;
    return records;
  }

  async #refresh(name: string, entry: Entry<T>): Promise<void> {
    this.counts.asked++;
    try {
      const { records, ttlMs } = await this.#ask(name);
      if (records.length === 0) throw new Error(`No records for ${name}`);
      this.#keep(entry, { records, ttlMs });
    } catch (error) {
      this.counts.failed++;
      // Those that come next within a moment need not ask again.
      entry.error = error;
      entry.freshUntil = this.#clock.now() + this.#options.minTtlMs;
    } finally {
      entry.asking = undefined;
    }
  }

  #keep(entry: Entry<T>, { records, ttlMs }: Found<T>): void {
    const { minTtlMs, maxTtlMs, defaultTtlMs, staleMs } = this.#options;
    const lifeMs = Math.min(maxTtlMs, Math.max(minTtlMs, ttlMs ?? defaultTtlMs));
    entry.records = records;
    entry.error = undefined;
    entry.freshUntil = this.#clock.now() + lifeMs;
    entry.usableUntil = entry.freshUntil + staleMs;
  }

  #entryOf(name: string): Entry<T> {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    this.#makeRoom();
    const entry: Entry<T> = {
      records: undefined,
      error: undefined,
      freshUntil: -Infinity,
      usableUntil: -Infinity,
      asking: undefined,
    };
    this.#entries.set(name, entry);
    return entry;
  }

  /** The one that was learnt first goes. */
  #makeRoom(): void {
    if (this.#entries.size < this.#options.maxNames) return;
    const first = this.#entries.keys().next();
    if (first.done !== true) this.#entries.delete(first.value);
  }
}
