import { inspect, types } from 'node:util';

import { option } from '../options/kind.ts';
import { listOf, text } from '../options/kinds.ts';
import { thisMachine } from '../options/machine.ts';
import { type GivenOf, optionGroup } from '../options/option-group.ts';
import { isEntry, namesIn } from './named-values.ts';
import { SecretNames } from './secret-names.ts';
import { REDACTED, withoutSecrets } from './secret-texts.ts';

export { REDACTED } from './secret-texts.ts';

/** Maximum depth of a record; deeper objects become `[deep]`. */
const MAX_DEPTH = 8;

/** Maximum number of objects per record; the rest become `[more]`. */
const MAX_VALUES = 20_000;

/** Maximum number of entries of a printed Map, Set or list. */
const PRINTED_ENTRIES = 100;

const UNREADABLE = '[unreadable]';

/** Result of a getter that throws. */
const UNREAD = Symbol('unread');

export const redactorOptions = optionGroup({
  /** Additional field names, in any spelling: `ssn`, `tax-id`. */
  fields: option(listOf(text, 'a list of names'), []),
});

/** Options of `Redactor`. */
export interface RedactorOptions extends GivenOf<typeof redactorOptions> {}

/** Whether to keep an object, and all in it, as it is. */
export type KeepsAsIs = (value: object) => boolean;

/** Traversal state of one record. */
interface Walk {
  readonly above: Set<object>;
  readonly keepsAsIs: KeepsAsIs;
  readonly maxDepth: number;
  /** Whether `inspect` will show it, rather than JSON. */
  readonly isPrinted: boolean;
  left: number;
}

/**
 * Redacts records and reports: values of fields with telling names at any depth, and secrets in
 * texts. Covers what JSON would write, including class instances, errors, and results of `toJSON`.
 * Does not modify its input.
 */
export class Redactor {
  readonly #names: SecretNames;

  /** @throws TypeError naming the option that is wrong */
  constructor(options: RedactorOptions = {}) {
    this.#names = new SecretNames(redactorOptions.check('Redactor', options, thisMachine()).fields);
  }

  /** Additional field names, in lower case and without separators. */
  get fields(): string[] {
    return this.#names.added;
  }

  /** @internal Changes with the names: for callers that keep a judgement. */
  get revision(): number {
    return this.#names.addedCount;
  }

  /** Hides further fields from now on. */
  hide(fields: readonly string[]): void {
    this.#names.add(fields);
  }

  /** Returns the record, or a redacted copy. */
  record(record: Record<string, unknown>): Record<string, unknown> {
    return this.#fields(record, 0, walkOf(nothing));
  }

  /** Returns the value, or a redacted copy. */
  value(value: unknown, keepsAsIs: (value: object) => boolean = nothing): unknown {
    return this.#value(value, 0, walkOf(keepsAsIs));
  }

  /** Like `value`, without the limits of records: for pages and results. */
  whole(value: unknown, keepsAsIs: (value: object) => boolean = nothing): unknown {
    return this.#value(value, 0, { ...walkOf(keepsAsIs), left: Infinity, maxDepth: Infinity });
  }

  /** Returns the text that `inspect` makes of the value, to a depth, without secrets. */
  printed(value: unknown, depth: number): string {
    const cleaned = this.#value(value, 0, { ...walkOf(nothing), isPrinted: true });
    // Objects may print more than their fields, as `Headers` do.
    return this.text(inspect(cleaned, { depth, maxArrayLength: PRINTED_ENTRIES }));
  }

  /** Returns the value of a field, or a redacted copy. */
  field(name: string, value: unknown): unknown {
    return this.isSecret(name, value) ? REDACTED : this.value(value);
  }

  /** Returns the text with secrets redacted. */
  text(given: string): string {
    return withoutSecrets(given, this.#names);
  }

  /** Whether a value of this name is secret. */
  isSecret(name: string, value: unknown): boolean {
    return this.#names.isSecret(name, value);
  }

  /** Whether an environment variable of this name may hold a secret. */
  isSecretVariable(name: string): boolean {
    return this.#names.isSecretVariable(name);
  }

  #fields<T extends object>(object: T, depth: number, walk: Walk): T {
    let copy: Record<string, unknown> | undefined;
    walk.above.add(object);
    for (const key of Object.keys(object)) {
      const value = readOf(object, key);
      const isSecret = this.#names.isSecret(key, value);
      const cleaned = isSecret ? REDACTED : this.#value(value, depth, walk);
      if (cleaned === value) continue;
      copy ??= shallow(object);
      copy[key] = cleaned;
    }
    walk.above.delete(object);
    return (copy as T | undefined) ?? object;
  }

  #value(value: unknown, depth: number, walk: Walk): unknown {
    if (typeof value === 'string') return this.text(value);
    if (value === UNREAD) return UNREADABLE;
    if (typeof value !== 'object' || value === null) return value;
    if (walk.left-- <= 0) return '[more]';
    if (walk.above.has(value)) return '[circular]';
    try {
      return this.#object(value, depth, walk);
    } catch {
      // Thrown by a Proxy or by a method of the value.
      return UNREADABLE;
    }
  }

  #object(value: object, depth: number, walk: Walk): unknown {
    if (isWrittenAsIs(value) || walk.keepsAsIs(value)) return value;
    if (depth >= walk.maxDepth) return '[deep]';
    if (Array.isArray(value)) return this.#list(value, depth + 1, walk);
    if (isCollection(value))
      return walk.isPrinted ? this.#collection(value, depth + 1, walk) : value;
    if (types.isNativeError(value)) return this.#error(value, depth + 1, walk);
    return this.#written(value, depth + 1, walk);
  }

  /** What JSON writes of an object. */
  #written(value: object, depth: number, walk: Walk): unknown {
    const own = jsonOf(value);
    if (own === value) return this.#fields(value, depth, walk);
    const cleaned = this.#value(own, depth, walk);
    return cleaned === own && typeof own !== 'object' ? value : cleaned;
  }

  /** Expands an error, whose fields JSON would omit. */
  #error(error: Error, depth: number, walk: Walk): object {
    const { name, message, stack, cause } = error;
    const { errors } = error as Error & { errors?: unknown };
    const hidden = { type: name, message, stack, ...defined({ cause, errors }) };
    return this.#fields({ ...hidden, ...shallow(error) }, depth, walk);
  }

  #list(list: readonly unknown[], depth: number, walk: Walk): unknown {
    walk.above.add(list);
    const nameOf = namesIn(list);
    const cleaned = list.map((value, at) => {
      const name = nameOf?.(at);
      if (name === undefined) return this.#value(value, depth, walk);
      const [own, content] = isEntry(value) ? value : [name, value];
      if (!this.#names.isSecret(name, content)) return this.#value(value, depth, walk);
      return isEntry(value) ? [own, REDACTED] : REDACTED;
    });
    walk.above.delete(list);
    return cleaned.every((value, index) => value === list[index]) ? list : cleaned;
  }

  /** JSON writes nothing of a Map or a Set, but `inspect` does. */
  #collection(given: Collection, depth: number, walk: Walk): Collection {
    walk.above.add(given);
    const cleaned: [unknown, unknown][] = [];
    for (const [key, value] of given.entries()) {
      // One more than printed: `inspect` then says that there are more.
      if (cleaned.length > PRINTED_ENTRIES) break;
      const isSecret = typeof key === 'string' && this.#names.isSecret(key, value);
      const content = isSecret ? REDACTED : this.#value(value, depth, walk);
      cleaned.push([this.#value(key, depth, walk), content]);
    }
    walk.above.delete(given);
    return types.isMap(given) ? new Map(cleaned) : new Set(cleaned.map(([value]) => value));
  }
}

type Collection = Map<unknown, unknown> | Set<unknown>;

function isCollection(value: object): value is Collection {
  return types.isMap(value) || types.isSet(value);
}

function walkOf(keepsAsIs: KeepsAsIs): Walk {
  return {
    above: new Set(),
    keepsAsIs,
    maxDepth: MAX_DEPTH,
    isPrinted: false,
    left: MAX_VALUES,
  };
}

const nothing: KeepsAsIs = () => false;

/** Objects that JSON writes as texts or number lists. */
function isWrittenAsIs(value: object): boolean {
  return types.isDate(value) || ArrayBuffer.isView(value);
}

/** The value that JSON would write. */
function jsonOf(value: object): unknown {
  const { toJSON } = value as { toJSON?: unknown };
  return typeof toJSON === 'function' ? (toJSON.call(value) as unknown) : value;
}

function shallow(object: object): Record<string, unknown> {
  return Object.fromEntries(Object.keys(object).map((key) => [key, readOf(object, key)]));
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function readOf(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return UNREAD;
  }
}
