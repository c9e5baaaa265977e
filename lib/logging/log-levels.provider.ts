import { Injectable } from '@nestjs/common';

import { DAY_MS } from '../common/clock.ts';
import { outside } from '../common/outside.ts';
import { isLevelName, type LevelName, type Levels, LEVELS, type LevelsSnapshot } from './levels.ts';
import type { SharedLevels } from './shared-levels.ts';

/** Default duration of a level; at most a day. */
const DEFAULT_TTL_MS = 10 * 60_000;

const MAX_CONTEXT_LENGTH = 200;

interface LevelChange {
  context: string;
  /** null: remove the override. */
  level: LevelName | null;
  ttlMs: number;
}

/** Changes log levels at run time. Each change is temporary. */
@Injectable()
export class LogLevels {
  readonly #levels: Levels;
  readonly #setLevel: (level: LevelName) => void;
  readonly #shared: SharedLevels | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @internal `shared`: memory from which threads read the levels. */
  constructor(levels: Levels, setLevel: (level: LevelName) => void, shared?: SharedLevels) {
    this.#levels = levels;
    this.#setLevel = setLevel;
    this.#shared = shared;
  }

  /** @internal In a thread: follows the levels of the main thread. */
  follow(shared: SharedLevels): void {
    void shared.follow((overrides) => {
      this.#levels.replace(overrides);
      this.#apply();
    });
  }

  /**
   * Sets the level of a logger context (`*`: all) for a while; null removes it.
   *
   * @param ttlMs @default 600_000
   * @throws TypeError or RangeError naming what is wrong
   */
  set(context: string, level: LevelName | null, ttlMs = DEFAULT_TTL_MS): LevelsSnapshot {
    return this.change({ context, level, ttlMs });
  }

  /** Like `set`, for unvalidated data. */
  change(input: unknown): LevelsSnapshot {
    const { context, level, ttlMs } = asChange(input);
    if (level === null) this.#levels.clear(context);
    else this.#levels.set(context, level, ttlMs);
    this.#apply();
    this.#shared?.write(this.#levels.snapshot().overrides);
    return this.#levels.snapshot();
  }

  snapshot(): LevelsSnapshot {
    return this.#levels.snapshot();
  }

  /** Sets pino's own level to the lowest in effect, since it drops everything below. */
  #apply(): void {
    this.#setLevel(this.#levels.lowest);
    clearTimeout(this.#timer);
    const waitMs = this.#levels.nextChangeMs;
    if (waitMs === undefined) return;
    outside(() => {
      this.#timer = setTimeout(() => this.#apply(), waitMs + 1).unref();
    });
  }
}

function isContextName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_CONTEXT_LENGTH;
}

function asChange(input: unknown): LevelChange {
  const { context, level, ttlMs = DEFAULT_TTL_MS } = (input ?? {}) as Partial<LevelChange>;
  if (!isContextName(context)) {
    throw new TypeError('context must be the name of a logger context, or * for all');
  }
  if (level !== null && !isLevelName(level)) {
    throw new TypeError(`level must be null or one of ${Object.keys(LEVELS).join(', ')}`);
  }
  if (typeof ttlMs !== 'number' || !(ttlMs >= 1 && ttlMs <= DAY_MS)) {
    throw new RangeError(`ttlMs must be a number from 1 to ${DAY_MS}`);
  }
  return { context, level, ttlMs };
}
