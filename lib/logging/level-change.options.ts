import { DAY_MS } from '../common/clock.ts';
import { wrongType } from '../common/options/checks.ts';
import { type Kind, option, required } from '../common/options/kind.ts';
import { fraction, textLike } from '../common/options/kinds.ts';
import { optionGroup } from '../common/options/option-group.ts';
import { isLevelName, LEVEL_NAMES, type LevelName } from './levels.ts';

const levelOrNull: Kind<LevelName | null> = {
  accepts: `${LEVEL_NAMES.map((level) => `\`${level}\``).join(', ')}, \`null\``,
  check(name, given) {
    if (given === null || isLevelName(given)) return given;
    throw wrongType(name, `null or one of ${LEVEL_NAMES.join(', ')}`, given);
  },
};

/** Names under which the group keeps levels among its settings. */
export const LEVEL_PREFIX = 'log-levels ';

export const levelChangeOptions = optionGroup({
  /** Logger context; `*`: all. */
  context: required(textLike(/^\P{Cc}{1,180}$/u, 'the name of a logger context, or * for all')),
  /** Level from now on; `null` removes the override. */
  level: required(levelOrNull),
  /** Time until the change is undone. */
  ttlMs: option(fraction({ min: 1, max: DAY_MS }), 600_000),
});
