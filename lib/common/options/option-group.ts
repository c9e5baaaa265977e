import { optionName, objectOption } from './checks.ts';
import type { Fallback, GivenValue, Kind, Option, OptionTable } from './kind.ts';
import type { Machine } from './machine.ts';

type RequiredKeys<T> = {
  [K in keyof T]: T[K] extends Option<Kind<unknown, unknown>, 'required'> ? K : never;
}[keyof T];

type GivenOption<O> = O extends Option<infer K> ? GivenValue<K> : never;

type ResolvedOption<O> =
  O extends Option<Kind<unknown, infer Value>, infer N>
    ? Value | (N extends 'absent' ? undefined : never)
    : never;

/**
 * Options as the user gives them. Without required options it is a weak type (all optional), in
 * which TypeScript detects options of another type; an intersection would not be.
 */
export type GivenOptions<T> = [RequiredKeys<T>] extends [never]
  ? OptionalPart<T>
  : OptionalPart<T> & {
      -readonly [K in keyof T as K extends RequiredKeys<T> ? K : never]: GivenOption<T[K]>;
    };

type OptionalPart<T> = {
  -readonly [K in keyof T as K extends RequiredKeys<T> ? never : K]?: GivenOption<T[K]>;
};

/** Options with defaults filled in, frozen. */
export type ResolvedOptions<T> = { readonly [K in keyof T]: ResolvedOption<T[K]> };

/** Options declared by name; also a kind, so that groups nest. */
export interface OptionGroup<T> extends Kind<GivenOptions<T>, ResolvedOptions<T>> {
  readonly options: OptionTable;
  /** The table as declared: its type carries the descriptions. */
  readonly table: T;
}

/** Type of the options that a user gives for a group. */
export type GivenOf<G> = G extends OptionGroup<infer T> ? GivenOptions<T> : never;

/** Type of a group's resolved options. */
export type ResolvedOf<G> = G extends OptionGroup<infer T> ? ResolvedOptions<T> : never;

/**
 * Declares a group of options: type, default, range and description of each, in one place. The
 * comment above an option is its description in editors and in the docs.
 *
 * @param rule checks options against each other. @throws TypeError or RangeError naming the option
 */
export function optionGroup<const T extends OptionTable>(
  table: T,
  rule?: (name: string, values: ResolvedOptions<T>) => void,
): OptionGroup<T> {
  const names = Object.keys(table);
  const entries = Object.entries(table);
  return {
    accepts: 'options',
    table,
    options: table,
    check(name, given, machine) {
      const known = objectOption(name, given as Record<string, unknown>, names);
      const values: Record<string, unknown> = {};
      for (const [key, { kind, need, fallback }] of entries) {
        const own = known[key];
        const value = own === undefined ? defaultOf(fallback, machine, values) : own;
        const isAbsent = value === undefined && need !== 'required';
        values[key] = isAbsent ? undefined : kind.check(optionName(name, key), value, machine);
      }
      const resolved = Object.freeze(values) as ResolvedOptions<T>;
      rule?.(name, resolved);
      return resolved;
    },
  };
}

function defaultOf(fallback: Fallback, machine: Machine, own: object): unknown {
  if (fallback === undefined) return undefined;
  return 'of' in fallback ? fallback.of(machine, own as never) : fallback.literal;
}
