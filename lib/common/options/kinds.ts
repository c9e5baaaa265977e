import { existingModuleUrl, moduleUrl } from '../files/module-url.ts';
import {
  booleanOption,
  choiceOption,
  integerOption,
  numberOption,
  objectOption,
  type Range,
  stringOption,
  wrongType,
} from './checks.ts';
import type { CheckedValue, GivenValue, Kind } from './kind.ts';

/** A whole number within `range`, both ends included. */
export function whole(range: Range): Kind<number> {
  return {
    accepts: rangeText(range),
    check: (name, given) => integerOption(name, given, range),
  };
}

/** A number within `range`, both ends included. */
export function fraction(range: Range): Kind<number> {
  return {
    accepts: rangeText(range),
    check: (name, given) => numberOption(name, given, range),
  };
}

/** `true` or `false`. */
export const flag: Kind<boolean> = { accepts: '`true`, `false`', check: booleanOption };

/** Any value. */
export const anything: Kind<unknown> = { accepts: 'any value', check: (_name, given) => given };

/** A text that is not empty. */
export const text: Kind<string> = { accepts: 'text', check: stringOption };

/** A text of the form `pattern`; `expected` describes it in errors: 'the name of a header'. */
export function textLike(pattern: RegExp, expected: string): Kind<string> {
  return {
    accepts: expected,
    check(name, given) {
      const value = stringOption(name, given);
      if (pattern.test(value)) return value;
      throw wrongType(name, expected, given);
    },
  };
}

/** One line for logs and pages. */
export const line = textLike(/^\P{Cc}{1,200}$/u, 'a line of at most 200 characters');

/** Name of an HTTP header, in lower case. */
export const headerName: Kind<string> = {
  accepts: 'header',
  check(name, given) {
    const value = stringOption(name, given);
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(value)) return value.toLowerCase();
    throw wrongType(name, 'the name of a header', given);
  },
};

/** One of `choices`. */
export function choice<const T extends string>(choices: readonly T[]): Kind<T> {
  return {
    accepts: choices.map((one) => `\`${one}\``).join(', '),
    check: (name, given) => choiceOption(name, given, choices),
  };
}

/** A function; its signature is not checked. */
// oxlint-disable-next-line typescript/no-explicit-any -- any function
export function func<F extends (...args: any[]) => unknown>(): Kind<F> {
  return {
    accepts: 'function',
    check(name, given) {
      if (typeof given === 'function') return given as F;
      throw wrongType(name, 'a function', given);
    },
  };
}

/** A module by URL or absolute path, which need not exist yet. */
export const moduleLocation: Kind<URL | string, string> = {
  accepts: 'URL, absolute path',
  check: (name, given) => moduleUrl(name, given as string),
};

/** A module that exists, by URL or absolute path. */
export const existingModule: Kind<URL | string, string> = {
  accepts: 'URL, absolute path',
  check: (name, given) => existingModuleUrl(name, given as string),
};

/** A list, each entry of `kind`; `expected` describes it in errors: 'a list of names'. */
export function listOf<Given, Value>(
  kind: Kind<Given, Value>,
  expected: string,
): Kind<readonly Given[], readonly Value[]> {
  return {
    accepts: expected.replace(/^an? /, ''),
    check(name, given, machine) {
      if (!Array.isArray(given)) throw wrongType(name, expected, given);
      return Object.freeze(
        given.map((one, index) => kind.check(`${name}[${index}]`, one, machine)),
      );
    },
  };
}

/** Values by names of the user's choice. */
export function recordOf<K extends Kind<unknown, unknown>>(
  kind: K,
  checkName: (name: string, key: string) => void = () => undefined,
): RecordOf<K> {
  return {
    accepts: `${kind.accepts} by name`,
    each: kind,
    check(name, given, machine) {
      const known = objectOption(name, given as object, Object.keys(given ?? {}) as never[]);
      const entries = Object.entries(known).map(([key, one]): [string, CheckedValue<K>] => {
        checkName(name, key);
        return [key, kind.check(`${name}.${key}`, one, machine) as CheckedValue<K>];
      });
      return Object.freeze(Object.fromEntries(entries));
    },
  };
}

/** Kind of `orFalse`. */
export interface OrFalse<K extends Kind<unknown, unknown>, Off> extends Kind<
  GivenValue<K> | false,
  CheckedValue<K> | Off
> {}

/** Kind of `recordOf`. */
export interface RecordOf<K extends Kind<unknown, unknown>> extends Kind<
  Readonly<Record<string, GivenValue<K>>>,
  Readonly<Record<string, CheckedValue<K>>>
> {}

/** `false`, which becomes `off`, or values of `kind`. */
export function orFalse<K extends Kind<unknown, unknown>, Off>(kind: K, off: Off): OrFalse<K, Off> {
  return {
    ...without(kind),
    ...(kind.show === undefined
      ? {}
      : { show: (value) => (value === off ? false : kind.show?.(value)) }),
    accepts: `${kind.accepts}, \`false\``,
    check(name, given, machine) {
      return given === false ? off : (kind.check(name, given, machine) as CheckedValue<K>);
    },
  };
}

/** Values for which `is` holds are of `first`; others of `second`. */
export function either<G1, V1, G2, V2>(
  first: Kind<G1, V1>,
  is: (given: unknown) => boolean,
  second: Kind<G2, V2>,
): Kind<G1 | G2, V1 | V2> {
  return {
    accepts: `${first.accepts}; ${second.accepts}`,
    check: (name, given, machine) => (is(given) ? first : second).check(name, given, machine),
  };
}

/** Values of `kind`, changed by `become`, which may throw for wrong ones. */
export function mapped<Given, Value, Result>(
  kind: Kind<Given, Value>,
  become: (value: Value, name: string) => Result,
): Kind<Given, Result> {
  return {
    ...without(kind),
    check: (name, given, machine) => become(kind.check(name, given, machine), name),
  };
}

/** The parts of a kind that do not depend on the type of its value. */
function without({
  accepts,
  options,
  each,
}: Kind<unknown, unknown>): Pick<Kind<unknown, unknown>, 'accepts' | 'options' | 'each'> {
  return {
    accepts,
    ...(options === undefined ? {} : { options }),
    ...(each === undefined ? {} : { each }),
  };
}

function rangeText({ min, max }: Range): string {
  if (max >= Number.MAX_SAFE_INTEGER) return `${shown(min)} or more`;
  return `${shown(min)} to ${shown(max)}`;
}

/** With commas between thousands. By hand: the first `toLocaleString` takes 40 ms per process. */
function shown(value: number): string {
  const [integer = '', decimals] = String(Number(value.toFixed(3))).split('.');
  const grouped = integer.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}
