import { featureOptions } from '../common/options/feature-options.ts';
import { derived, option } from '../common/options/kind.ts';
import { anything, choice, flag, listOf, recordOf, text } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';
import { LEVEL_NAMES } from './levels.ts';

export const loggingOptions = optionGroup({
  /** Minimum level of written records. */
  level: option(choice(LEVEL_NAMES), 'info'),
  /** Whether to write one readable line per record instead of JSON; needs `pino-pretty`. */
  pretty: option(
    flag,
    derived(
      'on a terminal, unless `NODE_ENV` is `production`',
      ({ hasTerminal, isProduction }) => hasTerminal && !isProduction,
    ),
  ),
  /** Whether to write a record per request; none while Nest's `logger` is `false`. */
  access: option(flag, true),
  /**
   * Names of further fields whose values are hidden, in any spelling: on pages too, like `redact`
   * of `ButtressModule`, which is the place for them.
   */
  redact: option(listOf(text, 'a list of names'), []),
  /** Fields added to every record. */
  base: option(recordOf(anything), {}),
});

/** Options of `LoggingModule`. */
export interface LoggingModuleOptions extends GivenOf<typeof loggingOptions> {}

export type ResolvedLoggingOptions = ResolvedOf<typeof loggingOptions>;

export const LOGGING_OPTIONS = featureOptions('logging', loggingOptions);
