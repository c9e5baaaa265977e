import { processLifecycle } from '../process/lifecycle.ts';

/** Marks errors from our checks across copies of the package. */
const brand = Symbol.for('nestjs-buttress.wrong-use');

/** Creates the error for an option of the wrong type or form. */
export function wrongOption(message: string): TypeError {
  return asWrongUse(new TypeError(message));
}

/** Creates the error for an option outside its range. */
export function outOfRange(message: string): RangeError {
  return asWrongUse(new RangeError(message));
}

/**
 * Marks an error that the same code and configuration cause at every start. Keeps it for one turn of
 * the loop: Nest ends a process that can't start in that turn, without giving the reason. An error
 * that was caught must not be blamed for a later end.
 */
export function asWrongUse<E extends Error>(error: E): E {
  Object.defineProperty(error, brand, { value: true });
  const lifecycle = processLifecycle();
  lifecycle.lastWrongUse = error;
  setImmediate(() => {
    if (lifecycle.lastWrongUse === error) lifecycle.lastWrongUse = undefined;
  }).unref();
  return error;
}

/** Whether `error` comes from our checks, in any copy of the package. */
export function isWrongUse(error: unknown): boolean {
  return typeof error === 'object' && error !== null && brand in error;
}
