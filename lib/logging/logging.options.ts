import { isatty } from 'node:tty';

import { booleanOption, choiceOption, objectOption, wrongType } from '../common/options/checks.ts';
import { type LevelName, LEVELS } from './levels.ts';

export interface LoggingModuleOptions {
  /** Minimum level of written records. @default 'info' */
  level?: LevelName;
  /**
   * Writes one readable line per record instead of JSON; needs `pino-pretty`.
   * @default true on a terminal, unless NODE_ENV is `production`
   */
  pretty?: boolean;
  /** Writes a record per request; none while Nest's `logger` is false. @default true */
  access?: boolean;
  /** Additional names of fields whose values are redacted. @default none */
  redact?: readonly string[];
  /** Fields added to every record. @default none */
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
  if (!Array.isArray(redact)) throw wrongType('logging.redact', 'a list of names', redact);
  return Object.freeze({
    level: choiceOption('logging.level', level, Object.keys(LEVELS) as LevelName[]),
    pretty: booleanOption('logging.pretty', pretty),
    access: booleanOption('logging.access', access),
    redact,
    base,
  });
}
