import ts from 'typescript';

import type { JsonSchema } from '../../lib/meta/api/json-schema.ts';

/** Names of properties that hold a point in time. The JSON has them in ISO 8601. */
const IS_TIME = /^(?:at|time)$|At$/;

/** Unit of points in time in the types, which JSON does not have. */
const UNIT = /,? ?(?:in milliseconds since the epoch|ISO 8601)\.?(?=$|[,;])/i;

const TIME: JsonSchema = { type: 'string', format: 'date-time' };

/** Primitive types that have a keyword of their own. */
const PRIMITIVES: readonly (readonly [ts.TypeFlags, JsonSchema])[] = [
  [ts.TypeFlags.Null, { type: 'null' }],
  [ts.TypeFlags.StringLike, { type: 'string' }],
  [ts.TypeFlags.NumberLike, { type: 'number' }],
  [ts.TypeFlags.BooleanLike, { type: 'boolean' }],
];

/** Writes JSON Schemas of types; named ones become definitions, which others refer to. */
export class SchemaWriter {
  readonly definitions: Record<string, JsonSchema> = {};
  readonly #checker: ts.TypeChecker;
  readonly #names = new Map<ts.Type, string>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** @param property whose value it is: its name decides whether a number is a point in time */
  of(type: ts.Type, property = ''): JsonSchema {
    if ((type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0) return {};
    const name = this.#nameOf(type);
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
    return this.#inline(type, property);
  }

  #inline(type: ts.Type, property: string): JsonSchema {
    if (type.isUnion()) return this.#union(type, property);
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    const primitive = PRIMITIVES.find(([flag]) => (type.flags & flag) !== 0)?.[1];
    if (primitive !== undefined) return isTime(primitive, property) ? TIME : primitive;
    if (isObject(type)) return this.#compound(type, property);
    throw new Error(`No JSON Schema for ${this.#checker.typeToString(type)}`);
  }

  #compound(type: ts.Type, property: string): JsonSchema {
    if (this.#checker.isTupleType(type)) return this.#tuple(type as ts.TypeReference);
    if (!this.#checker.isArrayType(type)) return this.#object(type);
    const items = this.of(this.#itemOf(type), property === 'times' ? 'at' : '');
    return { type: 'array', items };
  }

  #union({ types }: ts.UnionType, property: string): JsonSchema {
    const values = types.flatMap((one) => (one.isStringLiteral() ? [one.value] : []));
    const others = types.filter((one) => !one.isStringLiteral() && !isUndefined(one));
    const schemas = others.map((one) => this.of(one, property));
    const branches = distinct([
      ...(values.length > 0 ? [{ enum: values.toSorted() }] : []),
      ...schemas,
    ]);
    return branches.length === 1 ? (branches[0] ?? {}) : { anyOf: branches };
  }

  #tuple(type: ts.TypeReference): JsonSchema {
    const items = this.#checker.getTypeArguments(type).map((one) => this.of(one));
    return { type: 'array', prefixItems: items, minItems: items.length, maxItems: items.length };
  }

  #itemOf(type: ts.Type): ts.Type {
    const [item] = this.#checker.getTypeArguments(type as ts.TypeReference);
    if (item === undefined) throw new Error('An array has items');
    return item;
  }

  #object(type: ts.Type): JsonSchema {
    const index = this.#checker.getIndexInfosOfType(type)[0];
    const members = this.#checker.getPropertiesOfType(type).map((symbol) => ({
      name: symbol.name,
      isOptional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
      schema: this.#member(symbol),
    }));
    const required = members.filter(({ isOptional }) => !isOptional).map(({ name }) => name);
    return {
      type: 'object',
      ...(members.length === 0
        ? {}
        : { properties: Object.fromEntries(members.map(({ name, schema }) => [name, schema])) }),
      ...(required.length === 0 ? {} : { required }),
      ...(index === undefined ? {} : { additionalProperties: this.of(index.type) }),
    };
  }

  #member(symbol: ts.Symbol): JsonSchema {
    const type = this.#checker.getTypeOfSymbol(symbol);
    const schema = this.of(type, symbol.name);
    const about = symbol.getDocumentationComment(this.#checker);
    const description = descriptionOf(ts.displayPartsToString(about));
    return description === '' ? schema : { ...schema, description };
  }

  /** Name of the definition of a type, which is written at the first use. */
  #nameOf(type: ts.Type): string | undefined {
    const known = this.#names.get(type);
    if (known !== undefined) return known;
    const symbol = namedSymbol(type);
    if (symbol === undefined || !isStructured(type)) return undefined;
    const name = this.#freeName(symbol);
    this.#names.set(type, name);
    this.definitions[name] = {};
    this.definitions[name] = this.#inline(type, '');
    return name;
  }

  /** Adds the file to a name that another type has. */
  #freeName({ name, declarations }: ts.Symbol): string {
    if (!(name in this.definitions)) return name;
    const path = declarations?.[0]?.getSourceFile().fileName ?? '';
    const file = path.slice(path.lastIndexOf('/') + 1).replace(/\.ts$/, '');
    const words = file.split(/[.-]/).map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
    const qualified = `${words.join('')}${name}`;
    if (qualified in this.definitions) throw new Error(`Two types are called ${qualified}`);
    return qualified;
  }
}

/** Text on one line, without the unit. */
function descriptionOf(text: string): string {
  const plain = text
    .replaceAll(/\s+/g, ' ')
    .replace(UNIT, '')
    .replace(/^[,;] /, '')
    .trim();
  return plain.slice(0, 1).toUpperCase() + plain.slice(1);
}

/** Symbol of an interface, or of an alias; undefined for generic and anonymous types. */
function namedSymbol(type: ts.Type): ts.Symbol | undefined {
  const { aliasSymbol, aliasTypeArguments = [] } = type;
  if (aliasSymbol !== undefined) return aliasTypeArguments.length === 0 ? aliasSymbol : undefined;
  const isInterface = type.isClassOrInterface() && (type.typeParameters ?? []).length === 0;
  return isInterface ? type.symbol : undefined;
}

/** Unions of literals alone are short enough to repeat. */
function isStructured(type: ts.Type): boolean {
  const parts = type.isUnion() ? type.types : [type];
  return parts.some(isObject);
}

function isObject({ flags }: ts.Type): boolean {
  return (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;
}

function isTime({ type }: JsonSchema, property: string): boolean {
  return (type === 'number' || type === 'string') && IS_TIME.test(property);
}

function isUndefined({ flags }: ts.Type): boolean {
  return (flags & ts.TypeFlags.Undefined) !== 0;
}

/** Without repetition: `boolean` is a union of two. */
function distinct(schemas: readonly JsonSchema[]): JsonSchema[] {
  return [...new Map(schemas.map((one) => [JSON.stringify(one), one])).values()];
}
