import type { Clock } from '../../common/clock.ts';
import { Overrides, type SettingOverride } from '../../reports/overrides.ts';
import type { SettingChange } from '../../reports/setting.options.ts';
import { GroupOperationError } from '../cluster.errors.ts';
import type { OperatorActions } from './operator-actions.ts';

export interface KeptSettingsOptions {
  /** The monotonic clock of the machine, which workers share. */
  clock: Clock;
  actions: OperatorActions;
  /** Changes in the group that this one takes over from. */
  inherited: readonly SettingOverride[];
  /** Called with all changes in force, to pass them to the workers. */
  onChange: (list: SettingOverride[]) => void;
}

/**
 * Settings that operators have changed: kept for workers that start later. The workers have checked
 * them; this process does not know what they mean. Driven by `tick()`.
 */
export class KeptSettings {
  readonly #options: KeptSettingsOptions;
  readonly #overrides: Overrides;

  constructor(options: KeptSettingsOptions) {
    this.#options = options;
    this.#overrides = new Overrides(options.clock);
    this.#overrides.replace(options.inherited);
  }

  get list(): SettingOverride[] {
    return this.#overrides.list;
  }

  /** Whether an operator has changed it, and its time is not over. */
  has(name: string): boolean {
    this.tick();
    return this.#overrides.get(name) !== undefined;
  }

  /** Has the changes of the group that this one takes over from. */
  adopt(list: readonly SettingOverride[]): void {
    this.#overrides.replace(list);
    this.#tell();
  }

  /** @throws RangeError if too many are changed */
  change(change: SettingChange): void {
    const { name, value, by } = change;
    this.#overrides.set(change);
    const text = `Setting ${name} changed to ${value} by ${by}`;
    this.#options.actions.add({ what: 'settings.set', by, text });
    this.#tell();
  }

  /** @throws GroupOperationError if it is not changed */
  reset(name: string, by: string): void {
    this.tick();
    if (!this.#overrides.delete(name)) {
      throw new GroupOperationError(`no operator has changed the setting ${name}`);
    }
    const text = `Setting ${name} reset by ${by}`;
    this.#options.actions.add({ what: 'settings.reset', by, text });
    this.#tell();
  }

  /** Resets settings whose time is over. Call it several times a second. */
  tick(): void {
    const over = this.#overrides.expire();
    for (const { name } of over) {
      const text = `Setting ${name} reset: the duration expired`;
      this.#options.actions.add({ what: 'settings.reset', by: null, text });
    }
    if (over.length > 0) this.#tell();
  }

  #tell(): void {
    this.#options.onChange(this.list);
  }
}
