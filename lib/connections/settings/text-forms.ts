import { wrongType } from '../../common/options/checks.ts';
import type { Kind } from '../../common/options/kind.ts';
import { listOf } from '../../common/options/kinds.ts';

/** Values of `kind`, or one line of text that `parse` turns into such a value. */
export function orText<Given, Value>(
  kind: Kind<Given, Value>,
  parse: (text: string, name: string) => Given,
): Kind<Given | string, Value> {
  return {
    accepts: `${kind.accepts}, text`,
    check: (name, given, machine) => {
      return kind.check(name, typeof given === 'string' ? parse(given, name) : given, machine);
    },
    ...(kind.show === undefined ? {} : { show: (value: Value) => kind.show?.(value) }),
  };
}

/** A list with at least one entry; `expected` describes it in errors: 'a list of names'. */
export function filledListOf<Given, Value>(
  kind: Kind<Given, Value>,
  expected: string,
): Kind<readonly Given[], readonly Value[]> {
  const list = listOf(kind, expected);
  return {
    accepts: list.accepts,
    check(name, given, machine) {
      const values = list.check(name, given, machine);
      if (values.length > 0) return values;
      throw wrongType(name, expected, given);
    },
  };
}

/** Splits text at each `separator`, without the blanks around it. */
export function separated(text: string, separator: ',' | ';'): string[] {
  return text.split(separator).map((part) => part.trim());
}
