import { inspect, types } from 'node:util';

import { brandAsOurs, ButtressError } from '../common/errors/buttress.error.ts';
import type { ErrorClass } from '../common/errors/error-class.ts';
import { processRedactor } from '../common/redaction/process-redactor.ts';
import { clonable, reviveBuffers } from './clone-values.ts';
import { findUncloneable } from './uncloneable.ts';

/** An error, or any other thrown value, as plain data. */
export type EncodedError =
  | {
      kind: 'error';
      /** Names of its classes, most derived first. */
      classes: string[];
      name: string;
      message: string;
      stack: string;
      props: Record<string, unknown>;
      buffers: Uint8Array[] | undefined;
      cause: EncodedError | undefined;
      errors: EncodedError[] | undefined;
    }
  | { kind: 'value'; value: unknown; buffers: Uint8Array[] | undefined };

/** Maximum length of a chain of causes. */
const MAX_DEPTH = 16;

/** Maximum number of members of an `AggregateError`. */
const MAX_ERRORS = 100;

/** Properties that are encoded separately. */
const OWN_WAY = new Set(['message', 'stack', 'cause']);

/** Maximum number of errors in total: they may contain each other. */
const MOST_ERRORS = 200;

const BUILT_IN: readonly ErrorClass[] = [
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError,
  ButtressError,
];

/** Serializes a thrown value in the thread. */
export function encodeError(error: unknown): EncodedError {
  return new Encoder().encode(error, 0);
}

class Encoder {
  #left = MOST_ERRORS;

  encode(error: unknown, level: number): EncodedError {
    if (!isError(error)) return { kind: 'value', ...copyOf(error) };
    this.#left--;
    const { value: props, buffers } = copyOf(propsOf(error));
    return {
      kind: 'error',
      classes: classesOf(error),
      name: textOf(error.name),
      message: textOf(error.message),
      stack: textOf(error.stack),
      props,
      buffers,
      ...this.#inner(error, level),
    };
  }

  #inner(
    error: Error & { errors?: unknown },
    level: number,
  ): Pick<EncodedErrorOnly, 'cause' | 'errors'> {
    if (level >= MAX_DEPTH || this.#left <= 0) return { cause: undefined, errors: undefined };
    const { cause, errors } = error;
    return {
      cause: 'cause' in error ? this.encode(cause, level + 1) : undefined,
      errors: Array.isArray(errors) ? this.#members(errors, level) : undefined,
    };
  }

  #members(errors: readonly unknown[], level: number): EncodedError[] {
    const members: EncodedError[] = [];
    for (const member of errors.slice(0, MAX_ERRORS)) {
      if (this.#left <= 0) break;
      members.push(this.encode(member, level + 1));
    }
    return members;
  }
}

/** Text of a property that application code may have set to anything. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 1 });
}

/** Also true for errors of other realms. */
function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}

/** Recreates errors with their classes, if known. */
export class ErrorDecoder {
  readonly #classes = new Map<string, ErrorClass>();

  /** @param classes besides built-in ones and ours; the last of a name wins */
  constructor(classes: Iterable<ErrorClass>) {
    for (const one of [...BUILT_IN, ...classes]) this.#classes.set(one.name, one);
  }

  /** Recreates a thrown value; appends the stack of this call to an error's. */
  readonly decode = (encoded: EncodedError): unknown => {
    const error = this.#decode(encoded);
    if (encoded.kind === 'error' && error instanceof Error) {
      const here: { stack?: string } = {};
      Error.captureStackTrace(here, this.decode);
      hide(error, 'stack', `${encoded.stack}\n    at the thread's caller${framesOf(here)}`);
    }
    return error;
  };

  #decode(encoded: EncodedError): unknown {
    if (encoded.kind === 'value') {
      reviveBuffers(encoded.buffers);
      return encoded.value;
    }
    const { classes, name, message, stack, cause } = encoded;
    const known = classes.find((one) => this.#classes.has(one)) ?? 'Error';
    const error = new Error(message);
    Object.setPrototypeOf(error, (this.#classes.get(known) ?? Error).prototype as object);
    hide(error, 'stack', stack);
    this.#addMembers(error, encoded);
    if (error.name !== name) hide(error, 'name', name);
    if (cause !== undefined) hide(error, 'cause', this.#decode(cause));
    if (error instanceof ButtressError) brandAsOurs(error);
    return error;
  }

  #addMembers(error: Error, { props, buffers, errors }: EncodedErrorOnly): void {
    reviveBuffers(buffers);
    for (const [name, value] of Object.entries(props)) {
      Object.defineProperty(error, name, { value, ...VISIBLE });
    }
    if (errors !== undefined)
      hide(
        error,
        'errors',
        errors.map((inner) => this.#decode(inner)),
      );
  }
}

type EncodedErrorOnly = Extract<EncodedError, { kind: 'error' }>;

const VISIBLE = { writable: true, enumerable: true, configurable: true };

/** Defines a property that is not enumerable, as the language does for errors. */
function hide(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, writable: true, configurable: true });
}

function framesOf({ stack = '' }: { stack?: string }): string {
  const start = stack.indexOf('\n    at ');
  return start < 0 ? '' : stack.slice(start);
}

function classesOf(error: Error): string[] {
  const names: string[] = [];
  let prototype = Object.getPrototypeOf(error) as object | null;
  while (prototype !== null && prototype !== Object.prototype) {
    const { constructor } = prototype;
    if (typeof constructor === 'function' && constructor.name !== '') names.push(constructor.name);
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return names;
}

function propsOf(error: Error): Record<string, unknown> {
  const props: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    const value = readOf(error, key);
    if (OWN_WAY.has(key) || (key === 'errors' && Array.isArray(value))) continue;
    props[key] = cloneableOrText(value);
  }
  return props;
}

function readOf(error: Error, key: string): unknown {
  try {
    return (error as Error & Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function cloneableOrText(value: unknown): unknown {
  return findUncloneable(value) === undefined ? value : inspected(value, 1);
}

function copyOf<T>(value: T): { value: T; buffers: Uint8Array[] | undefined } {
  return clonable(findUncloneable(value) === undefined ? value : (inspected(value, 2) as T));
}

function inspected(value: unknown, depth: number): string {
  return processRedactor().printed(value, depth);
}
