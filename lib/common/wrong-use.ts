import { processLifecycle } from './lifecycle.ts';

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
 * Marks an error that the same code and configuration cause at every start. Keeps the latest: Nest
 * ends a process that can't start without giving the reason.
 */
export function asWrongUse<E extends Error>(error: E): E {
  Object.defineProperty(error, brand, { value: true });
  processLifecycle().lastWrongUse = error;
  return error;
}

/** Whether `error` comes from our checks, in any copy of the package. */
export function isWrongUse(error: unknown): boolean {
  return typeof error === 'object' && error !== null && brand in error;
}
