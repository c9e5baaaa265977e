import { optionName } from './checks.ts';
import type { Kind, OptionTable } from './kind.ts';

/** One configuration value and its source. */
export interface ConfigEntry {
  readonly name: string;
  /** Plain data; `(code)` for functions and objects of classes. */
  readonly value: unknown;
  /** `default`, `code`, `environment`, or the path of a file. */
  readonly source: string;
}

/** Names the source of a given option by its full name. */
export type SourceOf = (name: string) => string;

const inCode: SourceOf = () => 'code';

/** Lists the options of a resolved group in the order of their declaration. */
export function configValues(
  kind: Kind<unknown, unknown>,
  name: string,
  { given, resolved }: { given: unknown; resolved: unknown },
  sourceOf: SourceOf = inCode,
): ConfigEntry[] {
  const source = given === undefined ? 'default' : sourceOf(name);
  if (given === false) return [{ name, value: false, source }];
  const inner = isObject(resolved) ? innerOf(kind, name, { given, resolved }, sourceOf) : [];
  if (inner.length > 0) return inner;
  return [{ name, value: kind.show === undefined ? plain(resolved) : kind.show(resolved), source }];
}

function entriesOf(
  each: Kind<unknown, unknown>,
  name: string,
  { given, resolved }: { given: unknown; resolved: object },
  sourceOf: SourceOf,
): ConfigEntry[] {
  return Object.entries(resolved).flatMap(([key, value]) =>
    configValues(
      each,
      optionName(name, key),
      { given: fieldOf(given, key), resolved: value },
      sourceOf,
    ),
  );
}

function innerOf(
  { options, each }: Kind<unknown, unknown>,
  name: string,
  values: { given: unknown; resolved: object },
  sourceOf: SourceOf,
): ConfigEntry[] {
  if (options !== undefined) return optionsOf(options, name, values, sourceOf);
  return each === undefined ? [] : entriesOf(each, name, values, sourceOf);
}

function optionsOf(
  options: OptionTable,
  name: string,
  { given, resolved }: { given: unknown; resolved: object },
  sourceOf: SourceOf,
): ConfigEntry[] {
  return Object.entries(options).flatMap(([key, { kind }]) =>
    configValues(
      kind,
      optionName(name, key),
      { given: fieldOf(given, key), resolved: fieldOf(resolved, key) },
      sourceOf,
    ),
  );
}

function fieldOf(value: unknown, key: string): unknown {
  return isObject(value) ? (value as Record<string, unknown>)[key] : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Shows plain data as it is; code by a placeholder. */
function plain(value: unknown): unknown {
  if (value === undefined || value === Infinity) return null;
  if (typeof value === 'function' || typeof value === 'symbol') return '(code)';
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return '(code)';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
