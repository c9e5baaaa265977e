import { isatty } from 'node:tty';

import { booleanOption, objectOption, wrongType } from '../common/options.ts';
import { isLevelName, type LevelName, LEVELS } from './levels.ts';

export interface LoggingModuleOptions {
  /** Records below it are not written. @default 'info' */
  level?: LevelName;
  /**
   * Readable lines, one for each record, instead of JSON; needs `pino-pretty`.
   * @default true on a terminal, unless NODE_ENV is `production`
   */
  pretty?: boolean;
  /** Whether every request leaves a record; none does while Nest's `logger` is false. @default true */
  access?: boolean;
  /** Names of fields, besides the usual ones, whose values are not written. */
  redact?: readonly string[];
  /** Fields of every record. */
  base?: Record<string, unknown>;
}

export type ResolvedLoggingOptions = Readonly<Required<LoggingModuleOptions>>;

/** @throws TypeError or RangeError naming the option that is wrong */
export function resolveLoggingOptions(options: LoggingModuleOptions = {}): ResolvedLoggingOptions {
  const {
    level = 'info',
    pretty = isatty(1) && process.env['NODE_ENV'] !== 'production',
    access = true,
    redact = [],
    base = {},
  } = objectOption('logging', options, ['level', 'pretty', 'access', 'redact', 'base']);
  if (!isLevelName(level)) {
    throw wrongType('logging.level', `one of ${Object.keys(LEVELS).join(', ')}`, level);
  }
  if (!Array.isArray(redact)) throw wrongType('logging.redact', 'a list of names', redact);
  return Object.freeze({
    level,
    pretty: booleanOption('logging.pretty', pretty),
    access: booleanOption('logging.access', access),
    redact,
    base,
  });
}
