import { processWide } from '../process/process-wide.ts';
import type { ConfigEntry } from './config-values.ts';

/** Maximum number of values that an application notes itself. */
const MAX_NOTES = 2_000;

/** Configuration of this process, with the source of every value. */
export class ConfigSources {
  /** Options of features, as many as these declare. */
  readonly #options = new Map<string, ConfigEntry>();
  readonly #notes = new Map<string, ConfigEntry>();

  /** Records a value of the application; replaces an earlier one of the same name. */
  note(name: string, value: unknown, source: string): void {
    if (this.#notes.size >= MAX_NOTES && !this.#notes.has(name)) return;
    this.#notes.set(name, { name, value, source });
  }

  /**
   * Records an option of a feature. Replaces what an application before it in this process had there:
   * a whole group where this is `false`, `false` where this is in the group.
   *
   * @internal
   */
  noteOption(entry: ConfigEntry): void {
    for (const name of this.#options.keys()) {
      if (isWithin(name, entry.name) || isWithin(entry.name, name)) this.#options.delete(name);
    }
    this.#options.set(entry.name, entry);
  }

  entries(): ConfigEntry[] {
    return [...this.#options.values(), ...this.#notes.values()];
  }
}

/** Configuration of this process: of every feature, and what the application notes. */
export const processConfig = processWide('config', () => new ConfigSources());

/** Records an option in the configuration of this process. */
export function noteOption(entry: ConfigEntry): void {
  processConfig().noteOption(entry);
}

function isWithin(name: string, group: string): boolean {
  return name.startsWith(`${group}.`);
}
