import type { LoggerService, LogLevel } from '@nestjs/common';

import { ignore } from '../common/ignore.ts';
import { outsideTimeout } from '../common/outside.ts';
import { processWide } from '../common/process/process-wide.ts';
import { printedError } from '../common/redaction/print-error.ts';
import { processRedactor } from '../common/redaction/process-redactor.ts';

type Method = 'fatal' | 'error' | 'warn' | 'log' | 'debug' | 'verbose';

interface Line {
  method: Method;
  args: [unknown, ...unknown[]];
}

/** Longest time for which a line is held: a start that hangs must not be silent. */
const HOLD_MS = 2_000;

/** Methods whose lines end the hold: they may be the last ones of a start. */
const URGENT: ReadonlySet<Method> = new Set(['fatal', 'error', 'warn']);

/**
 * ```
 * HOLDING -> RELEASED -> PASSED -> LEFT
 *    |          |          ^
 *    +----------|----------+
 *    +----------+-> CHOSEN
 * ```
 * `RELEASED`: to Nest's own logger, until there is a target. `CHOSEN`: to Nest's own logger for
 * good. `LEFT`: the applications of all targets have ended.
 */
type State =
  | { kind: 'HOLDING'; lines: Line[]; stopTimer: () => void }
  | { kind: 'RELEASED' }
  /** The last target gets the lines. */
  | { kind: 'PASSED'; targets: readonly LoggerService[] }
  | { kind: 'LEFT' }
  | { kind: 'CHOSEN' };

/**
 * Nest's logger until the application has ours: holds lines, then passes them on to a target. The
 * first urgent line, or time, releases them to Nest's own logger. If the application sets log
 * levels before it has ours, Nest's own logger stays.
 */
export class FirstLines implements LoggerService {
  readonly #own: LoggerService;
  #state: State = { kind: 'HOLDING', lines: [], stopTimer: ignore };

  /**
   * @param own Nest's logger, used if the application has none of ours
   * @param target gets all lines at once
   */
  constructor(own: LoggerService, target?: LoggerService) {
    this.#own = own;
    if (target !== undefined) this.passTo(target);
  }

  /** Sends held and future lines to `target`. */
  passTo(target: LoggerService): void {
    if (this.#state.kind === 'CHOSEN') return;
    const before = this.#state.kind === 'PASSED' ? this.#state.targets : [];
    this.#goOn({ kind: 'PASSED', targets: [...before, target] });
  }

  /** Sends no more lines to `target`: the target before it gets them. */
  leave(target: LoggerService): void {
    if (this.#state.kind !== 'PASSED') return;
    const targets = this.#state.targets.filter((one) => one !== target);
    this.#goOn(targets.length > 0 ? { kind: 'PASSED', targets } : { kind: 'LEFT' });
  }

  /** Whether all targets have left, so that nothing needs this logger. */
  get isLeft(): boolean {
    return this.#state.kind === 'LEFT';
  }

  /** Stops holding lines; until there is a target they go to Nest's own logger. */
  release(): void {
    if (this.#state.kind === 'HOLDING') this.#goOn({ kind: 'RELEASED' });
  }

  setLogLevels(levels: LogLevel[]): void {
    // A later call belongs to another application of the process, such as the pages.
    if (this.#state.kind === 'PASSED') return;
    this.#own.setLogLevels?.(levels);
    this.#goOn({ kind: 'CHOSEN' });
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
    if (URGENT.has(line.method)) this.release();
    if (this.#state.kind === 'HOLDING') this.#hold(this.#state, line);
    else this.#send(line);
  }

  #hold(state: State & { kind: 'HOLDING' }, line: Line): void {
    const isFirst = state.lines.push(line) === 1;
    if (isFirst) state.stopTimer = outsideTimeout(() => this.release(), HOLD_MS);
  }

  #goOn(next: Exclude<State, { kind: 'HOLDING' }>): void {
    const before = this.#state;
    this.#state = next;
    if (before.kind !== 'HOLDING') return;
    before.stopTimer();
    for (const line of before.lines) this.#send(line);
  }

  /** Nest's console redacts nothing itself. */
  #send({ method, args }: Line): void {
    const target = this.#target;
    const [first, ...rest] = target === this.#own ? args.map(withoutSecrets) : args;
    target[method]?.(first, ...rest);
  }

  get #target(): LoggerService {
    const targets = this.#state.kind === 'PASSED' ? this.#state.targets : [];
    return targets.at(-1) ?? this.#own;
  }
}

function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return processRedactor().text(value);
  return typeof value === 'object' && value !== null ? printedError(value) : value;
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
