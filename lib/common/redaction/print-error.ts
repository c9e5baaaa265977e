import { types } from 'node:util';

import { processRedactor } from './process-redactor.ts';

/** Depth to which fields of an error are printed. */
const DEPTH = 4;

/** Writes an error to stderr without its secrets, where no log can be written any more. */
export function printError(error: unknown): void {
  console.error(printedError(error));
}

/** Text that `inspect` makes of an error, or of anything else that was thrown, without secrets. */
export function printedError(error: unknown): string {
  const redactor = processRedactor();
  if (!types.isNativeError(error)) return redactor.printed(error, DEPTH);
  const { name, message, stack } = error;
  const lines = typeof stack === 'string' ? stack : `${name}: ${message}`;
  const fields = fieldsOf(error);
  const rest = Object.keys(fields).length === 0 ? '' : ` ${redactor.printed(fields, DEPTH)}`;
  return `${redactor.text(lines)}${rest}`;
}

/** Fields that its stack lacks. */
function fieldsOf(error: Error & { errors?: unknown }): object {
  try {
    const { cause, errors } = error;
    return {
      ...(cause === undefined ? {} : { cause }),
      ...(errors === undefined ? {} : { errors }),
      ...Object.fromEntries(Object.entries(error)),
    };
  } catch {
    // A getter of it throws.
    return {};
  }
}
