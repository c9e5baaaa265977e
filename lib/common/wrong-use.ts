import { processLifecycle } from './lifecycle.ts';

/** Marks the errors of our checks across copies of the package. */
const brand = Symbol.for('nestjs-buttress.wrong-use');

/** The error of an option that has another type, or another form, than it must have. */
export function wrongOption(message: string): TypeError {
  return asWrongUse(new TypeError(message));
}

/** The error of an option that is out of its range. */
export function outOfRange(message: string): RangeError {
  return asWrongUse(new RangeError(message));
}

/**
 * Marks an error that the same code and configuration meet again at every start. The latest one is
 * noted too: Nest ends a process that can't start without telling anybody why.
 */
export function asWrongUse<E extends Error>(error: E): E {
  Object.defineProperty(error, brand, { value: true });
  processLifecycle().lastWrongUse = error;
  return error;
}

/** Whether one of our checks made `error`, in whichever copy of the package. */
export function isWrongUse(error: unknown): boolean {
  return typeof error === 'object' && error !== null && brand in error;
}
