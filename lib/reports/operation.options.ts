import { wrongType } from '../common/options/checks.ts';
import { type Kind, option, optional, required } from '../common/options/kind.ts';
import { choice, flag, func, listOf, text } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup } from '../common/options/option-group.ts';

/** Runs an operation and returns its result as plain data. */
export type OperationHandler = (input: unknown) => unknown;

const textOrNumber: Kind<string | number> = {
  accepts: 'text, number',
  check(name, given) {
    if (typeof given === 'string' || typeof given === 'number') return given;
    throw wrongType(name, 'a text or a number', given);
  },
};

export const operationFieldOptions = optionGroup({
  /** Name in the input. */
  name: required(text),
  /** Label on the form. */
  label: required(text),
  /** Type of the value; `scalar`: a text, a number, or true or false. */
  kind: required(choice(['text', 'number', 'choice', 'flag', 'scalar'])),
  /** Values that a `choice` offers. */
  choices: option(listOf(text, 'a list of texts'), []),
  /** Initial value. */
  preset: optional(textOrNumber),
  /** Whether the field may be left out. */
  isOptional: option(flag, false),
});

/** One form field of an operation's input. */
export interface OperationField extends GivenOf<typeof operationFieldOptions> {}

export const operationAboutOptions = optionGroup({
  /** Title on the page. */
  title: required(text),
  /** One sentence on the effect. */
  summary: optional(text),
  /** Fields of the input. */
  fields: option(listOf(operationFieldOptions, 'a list of fields'), []),
});

/** Description of an operation for its page. */
export interface OperationAbout extends GivenOf<typeof operationAboutOptions> {}

export const operationOptions = optionGroup({
  /** Access level needed to run it; each level includes those before it. */
  access: required(choice(['read', 'operate', 'sensitive'])),
  /** Runs it and returns its result as plain data. */
  run: required(func<OperationHandler>()),
  /** For the page that offers it; absent for operations that Buttress presents itself. */
  about: optional(operationAboutOptions),
});

/** An operation that the pages offer. */
export interface OperationDefinition extends GivenOf<typeof operationOptions> {}

/** Access level needed to run an operation. */
export type OperationAccess = OperationDefinition['access'];

export const registerOptions = optionGroup({
  /**
   * Whether to replace an existing registration: several applications in one process, as in tests,
   * register the same features, and the last one wins.
   */
  takesOver: option(flag, false),
});

/** Options of `Reports.snapshot`. */
export interface RegisterOptions extends GivenOf<typeof registerOptions> {}
