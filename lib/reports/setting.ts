import { thrownMessage } from '../common/errors/to-error.ts';
import type { SettingValue } from './setting.options.ts';

/** Called with the new value of a setting. The page of settings shows an error that it throws. */
export type SettingListener<T> = (value: T) => void | Promise<void>;

/** A value that operators can change at run time, for a while. */
export class Setting<T extends SettingValue | null = SettingValue | null> {
  readonly name: string;
  /** Value unless an operator changes it. */
  readonly configured: T;
  readonly #listeners = new Set<SettingListener<T>>();
  #value: T;
  #failure: string | null = null;

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

  /** @internal Error of a listener at the last change; null: there was none. */
  get failure(): string | null {
    return this.#failure;
  }

  /** @internal Called by `Settings`. */
  become(value: T): void {
    if (value === this.#value) return;
    this.#value = value;
    this.#failure = null;
    for (const listener of this.#listeners) void this.#tell(listener, value);
  }

  /** An error must not end all workers at once, nor keep other settings from changing. */
  async #tell(listener: SettingListener<T>, value: T): Promise<void> {
    try {
      await listener(value);
    } catch (error) {
      if (value === this.#value) this.#failure = `A listener failed: ${thrownMessage(error)}`;
    }
  }
}
