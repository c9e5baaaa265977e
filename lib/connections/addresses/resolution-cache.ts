import type { Clock } from '../../common/clock.ts';
import type { Found } from '../name-resolver.ts';

export interface ResolutionCacheOptions {
  readonly minTtlMs: number;
  readonly maxTtlMs: number;
  /** Time to live of answers that come without one. */
  readonly defaultTtlMs: number;
  /** How long an expired answer serves while there is no new one. */
  readonly staleMs: number;
  /** Names kept at most. */
  readonly maxNames: number;
}

/** Last answer or error of a name. */
interface Entry<T> {
  records: readonly T[] | undefined;
  error: unknown;
  /** Times at which it must be resolved again, and must no longer be used. */
  freshUntil: number;
  usableUntil: number;
  asking: Promise<void> | undefined;
}

/**
 * Caches answers of a name service. Returns fresh ones at once; queries expired ones, once for all
 * concurrent callers. Serves the last answer, up to `staleMs`, when a query fails.
 */
export class ResolutionCache<T> {
  readonly #options: ResolutionCacheOptions;
  readonly #clock: Clock;
  readonly #ask: (name: string) => Promise<Found<T>>;
  readonly #entries = new Map<string, Entry<T>>();
  /** Queries sent, and those that failed. */
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

  /** Cached records that have not expired. */
  fresh(name: string): readonly T[] | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#clock.now() >= entry.freshUntil) return undefined;
    return entry.records;
  }

  /** Cached records, expired ones included as long as `staleMs` allows. */
  stale(name: string): readonly T[] | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#clock.now() >= entry.usableUntil) return undefined;
    return entry.records;
  }

  /** Returns fresh records, else stale ones. @throws the query's error when there are none */
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
      // Negative caching: callers within `minTtlMs` do not query again.
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

  /** Evicts the oldest name. */
  #makeRoom(): void {
    if (this.#entries.size < this.#options.maxNames) return;
    const first = this.#entries.keys().next();
    if (first.done !== true) this.#entries.delete(first.value);
  }
}
