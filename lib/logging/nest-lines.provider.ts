import { ConsoleLogger, Logger, type LoggerService, type LogLevel } from '@nestjs/common';

import { FirstLines, offerToHold } from './first-lines.ts';

const LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'];

const probe = new Logger('access');

/** Whether the application was created with `logger: false` and has set no logger since. */
export function isNestSilent(): boolean {
  return (probe.localInstance as LoggerService | undefined) === undefined;
}

/** Holds Nest's first lines for `adoptNestLines` while a Group or `runSingle` boots. */
export function holdNestLines(): void {
  offerToHold(() => {
    if (!isDefault()) return () => undefined;
    const lines = new FirstLines(new ConsoleLogger());
    Logger.overrideLogger(lines);
    return () => lines.release();
  });
}

/** Sends Nest's lines to `logger`, unless the application chose a logger or levels itself. */
export function adoptNestLines(logger: LoggerService): void {
  const current = probe.localInstance;
  if (current instanceof FirstLines) return current.passTo(logger);
  if (!isDefault()) return;
  const lines = new FirstLines(new ConsoleLogger());
  lines.passTo(logger);
  Logger.overrideLogger(lines);
}

function isDefault(): boolean {
  // Only Nest's default gives each logger its own instance.
  const hasOwnInstances = new Logger().localInstance !== new Logger().localInstance;
  return hasOwnInstances && LEVELS.every((level) => Logger.isLevelEnabled(level));
}
