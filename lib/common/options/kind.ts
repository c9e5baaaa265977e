import type { Machine } from './machine.ts';

/** What an option accepts, and the value that becomes of it. */
export interface Kind<Given, Value = Given> {
  /** Accepted values as the docs show them: `1 to 60_000`. */
  readonly accepts: string;
  /** Returns the value to use. @throws TypeError or RangeError naming option and value */
  check(name: string, given: unknown, machine: Machine): Value;
  /** Returns the value as the configuration page shows it. @default as it is */
  show?(value: Value): unknown;
  /** Options by name, if this is a group of them. */
  readonly options?: OptionTable;
  /** Kind of each entry, if this is a record by names of the user. */
  readonly each?: Kind<unknown, unknown>;
  /** Never set: carries the type of given values. */
  readonly given?: Given;
}

/** An option of a group: its kind, and its default. */
export interface Option<Given, Value, IsRequired extends boolean = boolean> {
  readonly kind: Kind<Given, unknown>;
  readonly isRequired: IsRequired;
  readonly fallback: Fallback;
  /** Never set: carries the type of resolved values, `undefined` included. */
  readonly value?: () => Value;
}

export type OptionTable = Readonly<Record<string, Option<unknown, unknown>>>;

/** A default that depends on the machine or on options declared before it in the group. */
export interface DerivedDefault<Value> {
  /** How the docs show it: `min(128 x workers, 1024)`. */
  readonly text: string;
  of(machine: Machine, own: never): Value;
}

/** `undefined`: no default. */
export type Fallback = { readonly literal: unknown } | DerivedDefault<unknown> | undefined;

/**
 * Declares a default by a rule; `of` gets the machine, and the options declared before it in the
 * same group. What it returns is checked as if it were given.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says what `of` reads
export function derived<Value, Own = unknown>(
  text: string,
  of: (machine: Machine, own: Own) => Value,
): DerivedDefault<Value> {
  return { text, of };
}

/** Declares an option with a default, literal or derived. */
export function option<Given, Value>(
  kind: Kind<Given, Value>,
  fallback: NoInfer<Given> | DerivedDefault<NoInfer<Given>>,
): Option<Given, Value, false> {
  return {
    kind,
    isRequired: false,
    fallback: isDerived(fallback) ? fallback : { literal: fallback },
  };
}

/** Declares an option without a default; `undefined` if absent. */
export function optional<Given, Value>(
  kind: Kind<Given, Value>,
): Option<Given, Value | undefined, false> {
  return { kind, isRequired: false, fallback: undefined };
}

/** Declares an option that must be given. */
export function required<Given, Value>(kind: Kind<Given, Value>): Option<Given, Value, true> {
  return { kind, isRequired: true, fallback: undefined };
}

export function isDerived(fallback: unknown): fallback is DerivedDefault<unknown> {
  return (
    typeof fallback === 'object' && fallback !== null && 'of' in fallback && 'text' in fallback
  );
}
