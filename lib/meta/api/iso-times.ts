import type { JsonSchema } from './json-schema.ts';
import { SCHEMAS } from './schemas.ts';

/** Converts a value; absent where the value holds no point in time. */
type Convert = (value: unknown) => unknown;

const REFERENCE = '#/components/schemas/';

/** Largest time that a `Date` holds, in milliseconds. */
const MAX_TIME = 8.64e15;

const compiled = new Map<string, Convert | undefined>();
const dataOf = compileAll(SCHEMAS.pages);
const itemOf = compileAll(SCHEMAS.items);

/**
 * Data of a page, or of an item of it, with its points in time in ISO 8601. Reports and pages count
 * in milliseconds; only JSON that leaves the process has texts. Goes by the generated schemas, so
 * that a field of the application which happens to be called `at` stays as it is.
 */
export function withIsoTimes(page: string, data: unknown, isItem = false): unknown {
  const convert = (isItem ? itemOf : dataOf).get(page);
  return convert === undefined ? data : convert(data);
}

/** Value of a shared schema with its points in time in ISO 8601. */
export function definedWithIsoTimes(name: string, value: unknown): unknown {
  const convert = compileDefinition(name);
  return convert === undefined ? value : convert(value);
}

function compileAll(
  schemas: Readonly<Record<string, JsonSchema>>,
): ReadonlyMap<string, Convert | undefined> {
  return new Map(Object.entries(schemas).map(([name, schema]) => [name, compile(schema)]));
}

function compile(schema: JsonSchema): Convert | undefined {
  if (schema.$ref !== undefined) return compileDefinition(schema.$ref.slice(REFERENCE.length));
  if (schema.format === 'date-time') return isoTime;
  if (schema.anyOf !== undefined) return compileUnion(schema.anyOf);
  if (schema.items !== undefined) return compileItems(schema.items);
  return compileObject(schema);
}

/** Resolved at use, because a schema may refer to itself. */
function compileDefinition(name: string): Convert | undefined {
  if (!compiled.has(name)) {
    compiled.set(name, (value) => compiled.get(name)?.(value) ?? value);
    compiled.set(name, compile(SCHEMAS.definitions[name] ?? {}));
  }
  return compiled.get(name);
}

/** A branch that does not fit changes nothing. */
function compileUnion(branches: readonly JsonSchema[]): Convert | undefined {
  const converts = branches.flatMap((branch) => compile(branch) ?? []);
  if (converts.length === 0) return undefined;
  return (value) => converts.reduce((given, convert) => convert(given), value);
}

function compileItems(items: JsonSchema): Convert | undefined {
  const convert = compile(items);
  if (convert === undefined) return undefined;
  return (value) => (Array.isArray(value) ? value.map((one) => convert(one)) : value);
}

function compileObject({ properties = {}, additionalProperties }: JsonSchema): Convert | undefined {
  const known = Object.entries(properties).map(
    ([name, schema]) => [name, compile(schema)] as const,
  );
  const named = new Map(known);
  const other = additionalProperties === undefined ? undefined : compile(additionalProperties);
  if (other === undefined && known.every(([, convert]) => convert === undefined)) return undefined;
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).map(([name, one]) => {
      const convert = named.has(name) ? named.get(name) : other;
      return [name, convert === undefined ? one : convert(one)] as const;
    });
    return Object.fromEntries(entries);
  };
}

function isoTime(value: unknown): unknown {
  if (typeof value !== 'number' || !(Math.abs(value) <= MAX_TIME)) return value;
  return new Date(value).toISOString();
}
