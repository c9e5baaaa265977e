import type { LoggerService, LogLevel } from '@nestjs/common';

import { processWide } from '../common/process-wide.ts';

type Method = 'fatal' | 'error' | 'warn' | 'log' | 'debug' | 'verbose';

interface Line {
  method: Method;
  args: [unknown, ...unknown[]];
}

/**
 * Nest's logger until the application has ours: holds lines, then passes them on to a target. If
 * the application sets log levels before that, Nest's own logger stays.
 */
export class FirstLines implements LoggerService {
  readonly #own: LoggerService;
  #held: Line[] = [];
  #target: LoggerService | undefined;
  #isChosen = false;

  /** @param own Nest's logger, used if the application has none of ours */
  constructor(own: LoggerService) {
    this.#own = own;
  }

  /** Sends held and future lines to `target`. */
  passTo(target: LoggerService): void {
    if (this.#isChosen) return;
    this.#target = target;
    for (const line of this.#held.splice(0)) send(line, target);
  }

  /** Stops holding lines; without a target they go to Nest's own logger. */
  release(): void {
    if (this.#target === undefined) this.passTo(this.#own);
  }

  setLogLevels(levels: LogLevel[]): void {
    // A later call belongs to another application of the process, such as the pages.
    if (this.#target !== undefined) return;
    this.#own.setLogLevels?.(levels);
    this.release();
    this.#isChosen = true;
  }

  fatal(...args: Line['args']): void {
    this.#write({ method: 'fatal', args });
  }

  error(...args: Line['args']): void {
    this.#write({ method: 'error', args });
  }

  warn(...args: Line['args']): void {
    this.#write({ method: 'warn', args });
  }

  log(...args: Line['args']): void {
    this.#write({ method: 'log', args });
  }

  debug(...args: Line['args']): void {
    this.#write({ method: 'debug', args });
  }

  verbose(...args: Line['args']): void {
    this.#write({ method: 'verbose', args });
  }

  #write(line: Line): void {
    if (this.#target === undefined) this.#held.push(line);
    else send(line, this.#target);
  }
}

function send({ method, args }: Line, target: LoggerService): void {
  target[method]?.(...args);
}

interface Boot {
  isUnderWay: boolean;
  /** Makes Nest hold its lines; returns the function that releases them. */
  hold?: (() => () => void) | undefined;
  release?: (() => void) | undefined;
}

const bootOfProcess = processWide<Boot>('first-lines', () => ({ isUnderWay: false }));

/** Registers how to hold the first lines, for an application with our logging. */
export function offerToHold(hold: () => () => void): void {
  const boot = bootOfProcess();
  boot.hold = hold;
  if (boot.isUnderWay) boot.release ??= hold();
}

/** Runs `boot` while Nest's first lines are held, if the application has our logging. */
export async function withFirstLines<T>(boot: () => Promise<T>): Promise<T> {
  const state = bootOfProcess();
  state.isUnderWay = true;
  state.release = state.hold?.();
  const release = (): void => state.release?.();
  // Nest may end the process itself if the start fails.
  process.once('exit', release);
  try {
    return await boot();
  } finally {
    process.off('exit', release);
    release();
    state.release = undefined;
    state.isUnderWay = false;
  }
}
