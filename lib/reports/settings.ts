import { type Clock, monotonicClock } from '../common/clock.ts';
import { thrownMessage } from '../common/errors/to-error.ts';
import { outOfRange } from '../common/errors/wrong-use.ts';
import type { Kind } from '../common/options/kind.ts';
import { choice, flag, fraction, line, whole } from '../common/options/kinds.ts';
import { thisMachine } from '../common/options/machine.ts';
import { outsideTimeout } from '../common/outside.ts';
import { Overrides, type SettingOverride } from './overrides.ts';
import { ReportError } from './reports.ts';
import {
  type ChoiceSettingOptions,
  choiceSettingOptions,
  type FlagSettingOptions,
  flagSettingOptions,
  type NumberSettingOptions,
  numberSettingOptions,
  type SettingChange,
  type SettingValue,
} from './setting.options.ts';
import { Setting } from './setting.ts';

/** A setting as the pages show it. */
export interface SettingRow {
  name: string;
  /** Accepted values, human-readable. */
  accepts: string;
  /** Values to choose from; null: any that it accepts. */
  choices: SettingValue[] | null;
  summary: string;
  /** Null: the feature decides by itself. */
  configured: SettingValue | null;
  value: SettingValue | null;
  /** Null: no operator has changed it. */
  changed: { by: string; since: string; remainingMs: number } | null;
  /** Why the change does not apply, or the error of a listener; null: neither. */
  problem: string | null;
}

/** Definition of a setting by a feature of ours. */
export interface SettingDefinition<T extends SettingValue> {
  /** What the option of the configuration accepts. */
  kind: Kind<T>;
  choices?: readonly T[];
  summary: string;
}

/** A setting of a feature of ours, and its end. */
export interface DefinedSetting<T extends SettingValue | null> {
  readonly setting: Setting<T>;
  remove: () => void;
}

interface Entry {
  readonly setting: Setting;
  readonly definition: SettingDefinition<SettingValue>;
  problem: string | null;
}

export interface SettingsParts {
  /** The monotonic clock of the machine. */
  clock: Clock;
  /** Calls back after a time. @returns cancels it */
  later: (callback: () => void, afterMs: number) => () => void;
}

/** Most settings at which the application can add one; features bound their own. */
const MAX_SETTINGS = 1_000;

/**
 * Settings of the process: values that operators change at run time, for all workers and for a
 * while. A change applies at once, in workers that start later, and in pool threads; then the
 * configured value applies again.
 *
 * @example
 * readonly #isEager = app.settings.flag('shop.eager', { default: false });
 * if (this.#isEager.value) await this.#computeAll();
 */
export class Settings {
  readonly #parts: SettingsParts;
  readonly #entries = new Map<string, Entry>();
  readonly #overrides: Overrides;
  readonly #listeners = new Set<(list: readonly SettingOverride[]) => void>();
  #cancelExpiry: (() => void) | undefined;

  /** @internal One per process and thread; see `AppContext.settings`. */
  constructor(parts: SettingsParts = { clock: monotonicClock, later: outsideTimeout }) {
    this.#parts = parts;
    this.#overrides = new Overrides(parts.clock);
  }

  /**
   * A flag: `true` or `false`. The same name with the same options is the same setting.
   *
   * @throws TypeError naming the option that is wrong, or if the name is no line of text
   * @throws ReportError if the name is taken by another setting
   * @throws RangeError if there are 1,000 settings already
   */
  flag(name: string, options: FlagSettingOptions): Setting<boolean> {
    const { default: configured, summary = '' } = flagSettingOptions.check(
      labelOf(name),
      options,
      thisMachine(),
    );
    const definition = { kind: flag, choices: [true, false], summary };
    return this.#ask(name, configured, definition);
  }

  /**
   * A number from `min` to `max`, whole unless `isWhole` is false.
   *
   * @throws TypeError or RangeError naming the option that is wrong; as `flag`
   * @throws ReportError if the name is taken by another setting
   */
  number(name: string, options: NumberSettingOptions): Setting<number> {
    const label = labelOf(name);
    const resolved = numberSettingOptions.check(label, options, thisMachine());
    const { default: configured, min, max, isWhole, summary = '' } = resolved;
    const kind = isWhole ? whole({ min, max }) : fraction({ min, max });
    kind.check(`${label}.default`, configured, thisMachine());
    return this.#ask(name, configured, { kind, summary });
  }

  /**
   * One of several texts.
   *
   * @throws TypeError naming the option that is wrong, or if the name is no line of text
   * @throws ReportError if the name is taken by another setting
   * @throws RangeError if there are 1,000 settings already
   */
  choice<const T extends string>(name: string, options: ChoiceSettingOptions<T>): Setting<T> {
    const label = labelOf(name);
    const { summary = '' } = choiceSettingOptions.check(label, options, thisMachine());
    const { default: configured, choices } = options;
    const kind = choice(choices);
    kind.check(`${label}.default`, configured, thisMachine());
    return this.#ask(name, configured, { kind, choices, summary });
  }

  /**
   * @internal A setting of a feature of ours. It replaces one of the same name: several
   * applications in one process, as in tests, have the same features.
   */
  define<T extends SettingValue>(
    name: string,
    configured: T,
    definition: SettingDefinition<T>,
  ): DefinedSetting<T>;
  /** @internal One that the feature decides by itself unless it is changed. */
  define<T extends SettingValue>(
    name: string,
    configured: null,
    definition: SettingDefinition<T>,
  ): DefinedSetting<T | null>;
  define<T extends SettingValue>(
    name: string,
    configured: T | null,
    definition: SettingDefinition<T>,
  ): DefinedSetting<T | null> {
    const setting = new Setting<T | null>(name, configured);
    const entry = this.#add(setting as unknown as Setting, definition);
    return {
      setting,
      remove: () => {
        if (this.#entries.get(name) === entry) this.#entries.delete(name);
      },
    };
  }

  /** All settings by name. */
  snapshot(): SettingRow[] {
    this.#expire();
    const names = [...this.#entries.keys()].toSorted();
    return names.flatMap((name) => {
      const entry = this.#entries.get(name);
      return entry === undefined ? [] : [this.#rowOf(entry)];
    });
  }

  /**
   * @internal The value that a setting would get: forms give texts. Undefined if this process does
   * not have the setting.
   *
   * @throws TypeError or RangeError if it does not accept the value
   */
  check(name: string, given: SettingValue): SettingValue | undefined {
    const entry = this.#entries.get(name);
    return entry && checked(entry, given);
  }

  /** @internal Changes a setting of a process that is alone. @throws RangeError */
  change(change: SettingChange): void {
    this.#overrides.set(change);
    this.#apply();
  }

  /** @internal Ends a change in a process that is alone. @returns whether there was one */
  reset(name: string): boolean {
    const wasChanged = this.#overrides.delete(name);
    this.#apply();
    return wasChanged;
  }

  /** @internal Takes the changes that the group has; they replace all earlier ones. */
  follow(list: readonly SettingOverride[]): void {
    this.#overrides.replace(list);
    this.#apply();
  }

  /** @internal Changes in force. */
  get changes(): readonly SettingOverride[] {
    return this.#overrides.list;
  }

  /** @internal Calls `listener` with all changes after each of them. @returns removes it */
  onChanges(listener: (list: readonly SettingOverride[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #ask<T extends SettingValue>(
    name: string,
    configured: T,
    definition: SettingDefinition<T>,
  ): Setting<T> {
    const known = this.#entries.get(name);
    if (known === undefined) {
      // An operator has to name it.
      line.check('name of a setting', name, thisMachine());
      if (this.#entries.size >= MAX_SETTINGS) {
        throw outOfRange(
          `There are ${MAX_SETTINGS} settings already: name them once, not per call`,
        );
      }
      const setting = new Setting<T>(name, configured);
      this.#add(setting as unknown as Setting, definition);
      return setting;
    }
    const { setting, definition: other } = known;
    const isSame =
      setting.configured === configured &&
      other.kind.accepts === definition.kind.accepts &&
      other.summary === definition.summary;
    if (isSame) return setting as unknown as Setting<T>;
    throw new ReportError(
      'ERR_BUTTRESS_REPORTS_TAKEN',
      `"${name}" is a setting with other options already`,
    );
  }

  #add<T extends SettingValue>(setting: Setting, definition: SettingDefinition<T>): Entry {
    const { name } = setting;
    const entry: Entry = { setting, definition, problem: null };
    this.#entries.set(name, entry);
    this.#applyTo(entry);
    return entry;
  }

  #apply(): void {
    this.#expire();
    for (const listener of this.#listeners) listener(this.#overrides.list);
  }

  /** Ends what has lasted its time, and comes again at the next end. */
  #expire(): void {
    this.#overrides.expire();
    for (const entry of this.#entries.values()) this.#applyTo(entry);
    this.#cancelExpiry?.();
    const { nextEndMs } = this.#overrides;
    if (nextEndMs === undefined) return;
    this.#cancelExpiry = this.#parts.later(() => this.#expire(), nextEndMs + 1);
  }

  /** A change may be older than the code that knows the setting: it may not be accepted. */
  #applyTo(entry: Entry): void {
    const { setting } = entry;
    const override = this.#overrides.get(setting.name);
    entry.problem = null;
    if (override === undefined) return setting.become(setting.configured);
    try {
      setting.become(checked(entry, override.value));
    } catch (error) {
      entry.problem = thrownMessage(error);
      setting.become(setting.configured);
    }
  }

  #rowOf({ setting, definition, problem }: Entry): SettingRow {
    const { name, configured, value, failure } = setting;
    const { kind, choices, summary } = definition;
    const override = this.#overrides.get(name);
    const now = this.#parts.clock.now();
    return {
      name,
      accepts: kind.accepts.replaceAll('`', ''),
      choices: choices === undefined ? null : [...choices],
      summary,
      configured,
      value,
      changed:
        override === undefined
          ? null
          : {
              by: override.by,
              since: override.since,
              remainingMs: Math.max(0, Math.round(override.endsAt - now)),
            },
      problem: problem ?? failure,
    };
  }
}

function checked({ setting, definition }: Entry, given: SettingValue): SettingValue {
  return definition.kind.check(setting.name, parsed(given, definition), thisMachine());
}

/** Forms give texts: as the kind needs it. */
function parsed(given: SettingValue, { choices }: SettingDefinition<SettingValue>): SettingValue {
  if (typeof given !== 'string') return given;
  if (choices !== undefined) return choices.find((one) => String(one) === given) ?? given;
  const number = Number(given);
  return given.trim() === '' || Number.isNaN(number) ? given : number;
}

function labelOf(name: string): string {
  return `settings.${name}`;
}
