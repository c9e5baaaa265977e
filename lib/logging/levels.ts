import type { Clock } from '../common/clock.ts';

/** Levels of pino, and `silent`. */
export const LEVELS = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: Infinity,
} as const;

/** Name of a log level. */
export type LevelName = keyof typeof LEVELS;

export const LEVEL_NAMES = Object.keys(LEVELS) as readonly LevelName[];

/** A temporary level. */
export interface LevelOverride {
  /** Logger context, usually a class name; `*`: all. */
  context: string;
  level: LevelName;
  /** Time until it ends. */
  remainingMs: number;
}

/** Current log levels of a process. */
export interface LevelsSnapshot {
  level: LevelName;
  overrides: LevelOverride[];
}

/** Maximum number of overrides. */
const MAX_OVERRIDES = 100;

export function isLevelName(value: unknown): value is LevelName {
  return typeof value === 'string' && Object.hasOwn(LEVELS, value);
}

/** Decides which records are written: a base level, and temporary levels per logger context. */
export class Levels {
  #base: LevelName;
  readonly #clock: Clock;
  readonly #overrides = new Map<string, { level: LevelName; endsAt: number }>();

  constructor(base: LevelName, clock: Clock) {
    this.#base = base;
    this.#clock = clock;
  }

  /** Level of contexts without a temporary one. */
  set base(level: LevelName) {
    this.#base = level;
  }

  /** Sets a level for `ttlMs`. @throws RangeError if there are too many overrides */
  set(context: string, level: LevelName, ttlMs: number): void {
    this.#forget();
    if (this.#overrides.size >= MAX_OVERRIDES && !this.#overrides.has(context)) {
      throw new RangeError(`There are ${MAX_OVERRIDES} log levels set already`);
    }
    this.#overrides.set(context, { level, endsAt: this.#clock.now() + ttlMs });
  }

  /** Replaces all overrides, with those of another thread. */
  replace(overrides: readonly LevelOverride[]): void {
    this.#overrides.clear();
    for (const { context, level, remainingMs } of overrides) this.set(context, level, remainingMs);
  }

  /** Removes a level before its time. */
  clear(context: string): void {
    this.#overrides.delete(context);
  }

  /** Whether to write a record of this level and context. */
  allows(level: number, context: string | undefined): boolean {
    if (this.#overrides.size === 0) return level >= LEVELS[this.#base];
    return level >= LEVELS[this.#levelOf(context)];
  }

  /** Lowest level in effect in any context; pino can skip everything below. */
  get lowest(): LevelName {
    this.#forget();
    const set = [...this.#overrides.values()].map(({ level }) => level);
    const base = this.#overrides.has('*') ? [] : [this.#base];
    return [...base, ...set].reduce((a, b) => (LEVELS[b] < LEVELS[a] ? b : a));
  }

  /** Time until the next override ends; undefined if there is none. */
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
