import type { SettingValue } from './setting.options.ts';

/** Called with the new value of a setting. */
export type SettingListener<T> = (value: T) => void;

/** A value that operators can change at run time, for a while. */
export class Setting<T extends SettingValue | null = SettingValue | null> {
  readonly name: string;
  /** Value unless an operator changes it. */
  readonly configured: T;
  readonly #listeners = new Set<SettingListener<T>>();
  #value: T;

  /** @internal Created by `Settings`. */
  constructor(name: string, configured: T) {
    this.name = name;
    this.configured = configured;
    this.#value = configured;
  }

  /** Current value. Read it where it is used: it may change at any time. */
  get value(): T {
    return this.#value;
  }

  /** Calls `listener` with each new value. @returns removes it */
  onChange(listener: SettingListener<T>): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** @internal Called by `Settings`. */
  become(value: T): void {
    if (value === this.#value) return;
    this.#value = value;
    for (const listener of this.#listeners) listener(value);
  }
}
