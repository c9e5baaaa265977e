import { wrongOption } from '../common/errors/wrong-use.ts';
import { abortSignal, timeLimit } from '../common/options/call-options.ts';
import { integerOption, type Range, wrongType } from '../common/options/checks.ts';
import { type Kind, option, optional, type OptionTable } from '../common/options/kind.ts';
import { flag } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup } from '../common/options/option-group.ts';

/** Range of a number of bytes or operations. */
export const COUNT: Range = { min: 1, max: 2 ** 31 - 1 };

/** Limit in bytes, or `Infinity`. */
export const byteLimit: Kind<number> = {
  accepts: '1 to 2,147,483,647, `Infinity`',
  check: maxSizeOption,
};

export const waitOptions = optionGroup({
  /**
   * Limit of the whole operation, including its wait for earlier ones; cut to the request's
   * remaining time. 0: it must complete at once. By default `timeoutMs` of the socket.
   */
  timeoutMs: optional(timeLimit),
  /** Aborts the wait. Within a request, the end of the request does so too. */
  signal: optional(abortSignal),
});

/** Time limit and abort signal of an operation. */
export interface WaitOptions extends GivenOf<typeof waitOptions> {}

const maxSize = {
  /** Longest message in bytes, delimiter included; by default `maxSize` of the socket. */
  maxSize: optional(byteLimit),
};

export const maxSizeOptions = optionGroup({ ...maxSize });

/** Options of a read with an upper bound. */
export interface MaxSizeOptions extends GivenOf<typeof maxSizeOptions> {}

export const readUntilOptions = optionGroup({
  ...maxSize,
  /** Whether to return the message with its delimiter. */
  withDelimiter: option(flag, false),
});

/** Options of `readUntil`. */
export interface ReadUntilOptions extends GivenOf<typeof readUntilOptions> {}

/** Options of the operations by name. */
export const KNOWN = {
  wait: waitOptions.options,
  maxSize: maxSizeOptions.options,
  maxSizeAndWait: { ...maxSizeOptions.options, ...waitOptions.options },
  readUntil: readUntilOptions.options,
  readUntilAndWait: { ...readUntilOptions.options, ...waitOptions.options },
} as const;

/** Checks the names of a call's options; allocates nothing. @throws TypeError */
export function checkNames(options: object, known: OptionTable): void {
  if (typeof options !== 'object' || options === null) {
    throw wrongType('options', 'an object', options);
  }
  for (const name in options) {
    if (Object.hasOwn(known, name)) continue;
    throw wrongOption(`${name} is not an option. Known: ${Object.keys(known).join(', ')}.`);
  }
}

/** Checks a limit in bytes, or `Infinity`. */
export function maxSizeOption(name: string, given: unknown): number {
  return given === Infinity ? given : integerOption(name, given, COUNT);
}
