import { ConsoleLogger, Logger, type LoggerService, type LogLevel } from '@nestjs/common';

import { FirstLines, offerToHold } from './first-lines.ts';

const LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'];

const probe = new Logger('access');

/** Whether the application was created with `logger: false`, and has chosen no logger since. */
export function isNestSilent(): boolean {
  return (probe.localInstance as LoggerService | undefined) === undefined;
}

/** While a Group or `runSingle` starts the application, Nest's first lines wait for `adoptNestLines`. */
export function holdNestLines(): void {
  offerToHold(() => {
    if (!isDefault()) return () => undefined;
    const lines = new FirstLines(new ConsoleLogger());
    Logger.overrideLogger(lines);
    return () => lines.release();
  });
}

/** Nest's lines go to `logger`, unless the application has chosen a logger or levels of its own. */
export function adoptNestLines(logger: LoggerService): void {
  const current = probe.localInstance;
  if (current instanceof FirstLines) return current.passTo(logger);
  if (!isDefault()) return;
  const lines = new FirstLines(new ConsoleLogger());
  lines.passTo(logger);
  Logger.overrideLogger(lines);
}

function isDefault(): boolean {
  // Nest's default alone gives each logger an instance of its own.
  const hasOwnInstances = new Logger().localInstance !== new Logger().localInstance;
  return hasOwnInstances && LEVELS.every((level) => Logger.isLevelEnabled(level));
}
