import { DAY_MS } from '../common/clock.ts';
import { numberOption, wrongType } from '../common/options/checks.ts';
import { type Kind, option, optional, required } from '../common/options/kind.ts';
import { flag, line, listOf, text, whole } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';

/** Value of a setting. */
export type SettingValue = boolean | number | string;

const anyNumber: Kind<number> = {
  accepts: 'number',
  check: (name, given) => {
    return numberOption(name, given, { min: -Number.MAX_VALUE, max: Number.MAX_VALUE });
  },
};

const scalar: Kind<SettingValue> = {
  accepts: 'text, number, flag',
  check(name, given, machine) {
    if (typeof given === 'string') return line.check(name, given, machine);
    if (typeof given === 'boolean' || typeof given === 'number') return given;
    throw wrongType(name, 'a text, a number, true or false', given);
  },
};

export const flagSettingOptions = optionGroup({
  /** Value unless an operator changes it. */
  default: required(flag),
  /** One sentence on the effect. */
  summary: optional(text),
});

export const numberSettingOptions = optionGroup({
  /** Value unless an operator changes it. */
  default: required(anyNumber),
  /** Lowest value. */
  min: option(anyNumber, 0),
  /** Highest value. */
  max: option(anyNumber, Number.MAX_SAFE_INTEGER),
  /** Whether only whole numbers are accepted. */
  isWhole: option(flag, true),
  /** One sentence on the effect. */
  summary: optional(text),
});

export const choiceSettingOptions = optionGroup({
  /** Value unless an operator changes it. */
  default: required(text),
  /** Values to choose from. */
  choices: required(listOf(text, 'a list of texts')),
  /** One sentence on the effect. */
  summary: optional(text),
});

/** Options of `Settings.flag`. */
export interface FlagSettingOptions extends GivenOf<typeof flagSettingOptions> {}

/** Options of `Settings.number`. */
export interface NumberSettingOptions extends GivenOf<typeof numberSettingOptions> {}

/** Options of `Settings.choice`. */
export interface ChoiceSettingOptions<T extends string = string> extends Omit<
  GivenOf<typeof choiceSettingOptions>,
  'default' | 'choices'
> {
  /** Value unless an operator changes it. */
  default: T;
  /** Values to choose from. */
  choices: readonly T[];
}

export const settingChangeOptions = optionGroup({
  /** Name of the setting. */
  name: required(line),
  /** Value from now on. */
  value: required(scalar),
  /** Name of the operator. */
  by: required(line),
  /** Time until the configured value applies again. */
  forMs: option(whole({ min: 1_000, max: DAY_MS }), 3_600_000),
});

/** Order to change a setting for a while. */
export type SettingChange = ResolvedOf<typeof settingChangeOptions>;

export const settingResetOptions = optionGroup({
  /** Name of the setting. */
  name: required(line),
  /** Name of the operator. */
  by: required(line),
  /** Whether a setting that nobody has changed is left alone; else it is an error. */
  ifChanged: option(flag, false),
});

export const settingQuestionOptions = optionGroup({
  /** Name of the setting. */
  name: required(line),
  /** Value that it would get. */
  value: required(scalar),
});
