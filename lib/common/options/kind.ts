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

/** Whether an option must be given, has a default, or may be absent. */
export type Need = 'required' | 'default' | 'absent';

/**
 * An option of a group: its kind, and its default. Holds the type of its kind as a whole, so that
 * declaration files keep the comments of nested groups.
 */
export interface Option<K extends Kind<unknown, unknown>, N extends Need = Need> {
  readonly kind: K;
  readonly need: N;
  readonly fallback: Fallback;
}

export type OptionTable = Readonly<Record<string, Option<Kind<unknown, unknown>>>>;

/** Type of the values that a check returns. */
export type CheckedValue<K> = K extends Kind<unknown, infer Value> ? Value : never;

/** Type of the values that users give. */
export type GivenValue<K> = K extends Kind<infer Given, unknown> ? Given : never;

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
export function option<K extends Kind<unknown, unknown>>(
  kind: K,
  fallback: NoInfer<GivenValue<K>> | DerivedDefault<NoInfer<GivenValue<K>>>,
): Option<K, 'default'> {
  return {
    kind,
    need: 'default',
    fallback: isDerived(fallback) ? fallback : { literal: fallback },
  };
}

/** Declares an option without a default; `undefined` if absent. */
export function optional<K extends Kind<unknown, unknown>>(kind: K): Option<K, 'absent'> {
  return { kind, need: 'absent', fallback: undefined };
}

/** Declares an option that must be given. */
export function required<K extends Kind<unknown, unknown>>(kind: K): Option<K, 'required'> {
  return { kind, need: 'required', fallback: undefined };
}

function isDerived(fallback: unknown): fallback is DerivedDefault<unknown> {
  return (
    typeof fallback === 'object' && fallback !== null && 'of' in fallback && 'text' in fallback
  );
}
