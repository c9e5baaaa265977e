import { processWide } from '../process-wide.ts';

/** One configuration value and its source. */
export interface ConfigEntry {
  name: string;
  /** Plain data. */
  value: unknown;
  /** `default`, `environment`, `code`, or a file path. */
  source: string;
}

/** Maximum number of values; more than there are options. */
const MAX_ENTRIES = 2_000;

/** Configuration of this process, with the source of every value. */
export class ConfigSources {
  readonly #entries = new Map<string, ConfigEntry>();

  /** Records a value; replaces an earlier one of the same name. */
  note(name: string, value: unknown, source: string): void {
    if (this.#entries.size >= MAX_ENTRIES && !this.#entries.has(name)) return;
    this.#entries.set(name, { name, value, source });
  }

  entries(): ConfigEntry[] {
    return [...this.#entries.values()];
  }
}

/** Configuration of this process: of every feature, and what the application notes. */
export const processConfig = processWide('config', () => new ConfigSources());
