import type { Clock } from '../common/clock.ts';
import type { SettingOverride } from './overrides.ts';
import type { SettingValue } from './setting.options.ts';
import type { Settings } from './settings.ts';

/**
 * Changes of one kind that the group keeps among its settings, under names with a prefix, so that
 * workers and pool threads that start later have them too.
 */
export interface KeptKind {
  readonly prefix: string;
  /** Called once for each change, with the time that is left of it. */
  readonly keep: (key: string, value: SettingValue, forMs: number) => void;
  /** Called when an operator has ended a change, or its time is over. */
  readonly release: (key: string) => void;
}

/**
 * Follows the changes of one kind.
 *
 * @param clock the monotonic clock of the machine, on which changes of settings end
 * @returns ends it
 */
export function followKept(kind: KeptKind, settings: Settings, clock: Clock): () => void {
  /** Ends of the changes by key. */
  let kept: ReadonlyMap<string, number> = new Map();
  const apply = (list: readonly SettingOverride[]): void => {
    const own = list.filter(({ name }) => name.startsWith(kind.prefix));
    const before = kept;
    kept = new Map(own.map(({ name, endsAt }) => [keyOf(name, kind), endsAt]));
    for (const key of before.keys()) if (!kept.has(key)) kind.release(key);
    for (const { name, value, endsAt } of own) {
      const key = keyOf(name, kind);
      // Only new ones: the application may have ended it since.
      if (before.get(key) === endsAt) continue;
      kind.keep(key, value, Math.max(0, endsAt - clock.now()));
    }
  };
  apply(settings.changes);
  return settings.onChanges(apply);
}

function keyOf(name: string, { prefix }: KeptKind): string {
  return name.slice(prefix.length);
}
