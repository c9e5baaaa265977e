import type { Clock } from '../common/clock.ts';

/** The levels of pino, and `silent`. */
export const LEVELS = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: Infinity,
} as const;

export type LevelName = keyof typeof LEVELS;

/** A level that holds for a while. */
export interface LevelOverride {
  /** The logger's context, a class name as a rule; `*`: all. */
  context: string;
  level: LevelName;
  /** How long it still holds, in milliseconds. */
  remainingMs: number;
}

export interface LevelsSnapshot {
  level: LevelName;
  overrides: LevelOverride[];
}

/** Overrides at once. */
const MAX_OVERRIDES = 100;

export function isLevelName(value: unknown): value is LevelName {
  return typeof value === 'string' && Object.hasOwn(LEVELS, value);
}

/** Which records are written: one level for all, and others for a while per logger context. */
export class Levels {
  readonly #base: LevelName;
  readonly #clock: Clock;
  readonly #overrides = new Map<string, { level: LevelName; endsAt: number }>();

  constructor(base: LevelName, clock: Clock) {
    this.#base = base;
    this.#clock = clock;
  }

  /** Sets a level for `ttlMs`. @throws RangeError when there are too many */
  set(context: string, level: LevelName, ttlMs: number): void {
    this.#forget();
    if (this.#overrides.size >= MAX_OVERRIDES && !this.#overrides.has(context)) {
      throw new RangeError(`There are ${MAX_OVERRIDES} log levels set already`);
    }
    this.#overrides.set(context, { level, endsAt: this.#clock.now() + ttlMs });
  }

  /** Takes over all that is set elsewhere. */
  replace(overrides: readonly LevelOverride[]): void {
    this.#overrides.clear();
    for (const { context, level, remainingMs } of overrides) this.set(context, level, remainingMs);
  }

  /** Takes a level back before its time. */
  clear(context: string): void {
    this.#overrides.delete(context);
  }

  /** Whether a record of a context is written. */
  allows(level: number, context: string | undefined): boolean {
    if (this.#overrides.size === 0) return level >= LEVELS[this.#base];
    return level >= LEVELS[this.#levelOf(context)];
  }

  /** The most talkative level that holds for anyone: below it nothing is worth looking at. */
  get lowest(): LevelName {
    this.#forget();
    const set = [...this.#overrides.values()].map(({ level }) => level);
    const base = this.#overrides.has('*') ? [] : [this.#base];
    return [...base, ...set].reduce((a, b) => (LEVELS[b] < LEVELS[a] ? b : a));
  }

  /** Until the next override ends, in milliseconds; undefined: there is none. */
  get nextChangeMs(): number | undefined {
    const ends = [...this.#overrides.values()].map(({ endsAt }) => endsAt);
    return ends.length === 0 ? undefined : Math.max(0, Math.min(...ends) - this.#clock.now());
  }

  snapshot(): LevelsSnapshot {
    this.#forget();
    const now = this.#clock.now();
    const overrides = [...this.#overrides].map(([context, { level, endsAt }]) => {
      return { context, level, remainingMs: endsAt - now };
    });
    return { level: this.#base, overrides };
  }

  #levelOf(context: string | undefined): LevelName {
    const now = this.#clock.now();
    for (const name of [context, '*']) {
      const override = name === undefined ? undefined : this.#overrides.get(name);
      if (override !== undefined && override.endsAt > now) return override.level;
    }
    return this.#base;
  }

  #forget(): void {
    const now = this.#clock.now();
    for (const [context, { endsAt }] of this.#overrides) {
      if (endsAt <= now) this.#overrides.delete(context);
    }
  }
}
