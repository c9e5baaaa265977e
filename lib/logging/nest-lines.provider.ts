import { ConsoleLogger, Logger, type LoggerService, type LogLevel } from '@nestjs/common';

import { processLifecycle } from '../common/process/lifecycle.ts';
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

/**
 * Sends Nest's lines to `logger`, unless the application chose a logger or levels itself. The
 * returned function hands them back.
 */
export function adoptNestLines(logger: LoggerService): () => void {
  const current = probe.localInstance;
  if (current instanceof FirstLines) current.passTo(logger);
  else if (isDefault()) Logger.overrideLogger(new FirstLines(new ConsoleLogger(), logger));
  return () => handBack(logger);
}

/** Hands Nest's lines to the logger before `logger`, unless they are another's by now. */
function handBack(logger: LoggerService): void {
  // A process that ends writes its last lines in the format of all others.
  if (processLifecycle().phase !== 'SERVING') return;
  const current = probe.localInstance;
  if (!(current instanceof FirstLines)) return;
  current.leave(logger);
  // An instance of Nest's class is what its default is: each logger writes to the console.
  if (current.isLeft) Logger.overrideLogger(new Logger());
}

function isDefault(): boolean {
  // Only Nest's default gives each logger its own instance.
  const hasOwnInstances = new Logger().localInstance !== new Logger().localInstance;
  return hasOwnInstances && LEVELS.every((level) => Logger.isLevelEnabled(level));
}
