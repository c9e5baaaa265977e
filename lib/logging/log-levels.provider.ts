import { Injectable } from '@nestjs/common';

import { thisMachine } from '../common/options/machine.ts';
import { outside } from '../common/outside.ts';
import { levelChangeOptions } from './level-change.options.ts';
import type { LevelName, Levels, LevelsSnapshot } from './levels.ts';
import type { SharedLevels } from './shared-levels.ts';

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
   * @param ttlMs ten minutes if absent
   * @throws TypeError or RangeError naming what is wrong
   */
  set(context: string, level: LevelName | null, ttlMs?: number): LevelsSnapshot {
    return this.change({ context, level, ttlMs });
  }

  /** Like `set`, for unvalidated data. */
  change(input: unknown): LevelsSnapshot {
    const { context, level, ttlMs } = levelChangeOptions.check('', input, thisMachine());
    if (level === null) this.#levels.clear(context);
    else this.#levels.set(context, level, ttlMs);
    this.#apply();
    this.#shared?.write(this.#levels.snapshot().overrides);
    return this.#levels.snapshot();
  }

  /** @internal Changes the level of contexts without a temporary one. */
  changeBase(level: LevelName): void {
    this.#levels.base = level;
    this.#apply();
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
