import type { Clock } from '../common/clock.ts';
import type { SettingChange, SettingValue } from './setting.options.ts';

/** Value of a setting for a while, as plain data. */
export interface SettingOverride {
  name: string;
  value: SettingValue;
  by: string;
  /** ISO 8601. */
  since: string;
  /** On the monotonic clock of the machine, which all processes share. */
  endsAt: number;
}

/** Most settings changed at once: all of them are passed to each new worker. */
const MAX_OVERRIDES = 50;

/** Settings that operators have changed, each until its time is over. */
export class Overrides {
  readonly #clock: Clock;
  readonly #byName = new Map<string, SettingOverride>();

  /** @param clock the monotonic clock of the machine */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get list(): SettingOverride[] {
    return [...this.#byName.values()];
  }

  get(name: string): SettingOverride | undefined {
    return this.#byName.get(name);
  }

  /** Time until the next one ends; undefined if there is none. */
  get nextEndMs(): number | undefined {
    const ends = this.list.map(({ endsAt }) => endsAt);
    return ends.length === 0 ? undefined : Math.max(0, Math.min(...ends) - this.#clock.now());
  }

  /** The latest change of a setting counts. @throws RangeError if too many are changed */
  set({ name, value, by, forMs }: SettingChange): void {
    if (this.#byName.size >= MAX_OVERRIDES && !this.#byName.has(name)) {
      throw new RangeError(`${MAX_OVERRIDES} settings are changed already: reset one first`);
    }
    const endsAt = this.#clock.now() + forMs;
    this.#byName.set(name, { name, value, by, since: new Date().toISOString(), endsAt });
  }

  /** @returns whether it was changed */
  delete(name: string): boolean {
    return this.#byName.delete(name);
  }

  replace(list: readonly SettingOverride[]): void {
    this.#byName.clear();
    for (const one of list) this.#byName.set(one.name, one);
  }

  /** Removes and returns those whose time is over. */
  expire(): SettingOverride[] {
    const now = this.#clock.now();
    const over = this.list.filter(({ endsAt }) => endsAt <= now);
    for (const { name } of over) this.#byName.delete(name);
    return over;
  }
}
