import type { Clock } from '../common/clock.ts';
import { followKept } from '../reports/kept-changes.ts';
import type { SettingValue } from '../reports/setting.options.ts';
import type { Settings } from '../reports/settings.ts';
import { LEVEL_PREFIX } from './level-change.options.ts';
import { isLevelName } from './levels.ts';
import type { LogLevels } from './log-levels.provider.ts';

/** Sets the levels that the group keeps. @returns ends it */
export function followLevels(levels: LogLevels, settings: Settings, clock: Clock): () => void {
  const kind = {
    prefix: LEVEL_PREFIX,
    keep: (context: string, level: SettingValue, forMs: number) => {
      if (isLevelName(level) && forMs >= 1) levels.set(context, level, forMs);
    },
    release: (context: string) => void levels.set(context, null),
  };
  return followKept(kind, settings, clock);
}
