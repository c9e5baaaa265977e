import { types } from 'node:util';

import { SecretNames } from './secret-names.ts';
import { REDACTED, withoutSecrets } from './secret-texts.ts';

export { REDACTED } from './secret-texts.ts';

/** Maximum depth of a record; deeper objects become `[deep]`. */
const MAX_DEPTH = 8;

/** Maximum number of objects per record; the rest become `[more]`. */
const MAX_VALUES = 20_000;

const UNREADABLE = '[unreadable]';

/** Result of a getter that throws. */
const UNREAD = Symbol('unread');

export interface RedactorOptions {
  /** Additional field names, in any spelling: `ssn`, `tax-id`. */
  fields?: readonly string[];
}

/** Traversal state of one record. */
interface Walk {
  readonly above: Set<object>;
  left: number;
}

/**
 * Redacts log records: values of fields with telling names at any depth, and secrets in texts.
 * Covers what JSON would write, including class instances, errors, and results of `toJSON`. Does
 * not modify its input.
 */
export class Redactor {
  readonly #names: SecretNames;

  constructor({ fields = [] }: RedactorOptions = {}) {
    this.#names = new SecretNames(fields);
  }

  /** Returns the record, or a redacted copy. */
  record(record: Record<string, unknown>): Record<string, unknown> {
    return this.#fields(record, 0, { above: new Set(), left: MAX_VALUES });
  }

  /** Returns the value, or a redacted copy. */
  value(value: unknown): unknown {
    return this.#value(value, 0, { above: new Set(), left: MAX_VALUES });
  }

  /** Returns the text with secrets redacted. */
  text(text: string): string {
    return withoutSecrets(text, this.#names);
  }

  /** Whether a value of this name is secret. */
  isSecret(name: string, value: unknown): boolean {
    return this.#names.isSecret(name, value);
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
    if (isWrittenAsIs(value)) return value;
    if (depth >= MAX_DEPTH) return '[deep]';
    if (Array.isArray(value)) return this.#list(value, depth + 1, walk);
    if (types.isNativeError(value)) return this.#error(value, depth + 1, walk);
    const own = jsonOf(value);
    if (own === value) return this.#fields(value, depth + 1, walk);
    const cleaned = this.#value(own, depth + 1, walk);
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
    const cleaned = list.map((value) => this.#value(value, depth, walk));
    walk.above.delete(list);
    return cleaned.every((value, index) => value === list[index]) ? list : cleaned;
  }
}

/** Objects that JSON writes as texts, number lists, or empty. */
function isWrittenAsIs(value: object): boolean {
  const isCollection = types.isMap(value) || types.isSet(value);
  return isCollection || types.isDate(value) || ArrayBuffer.isView(value);
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
