import { types } from 'node:util';

import { processRedactor } from './process-redactor.ts';

/** Depth to which fields of an error are printed. */
const DEPTH = 4;

/** Writes an error to stderr without its secrets, where no log can be written any more. */
export function printError(error: unknown): void {
  const redactor = processRedactor();
  if (!types.isNativeError(error)) return console.error(redactor.printed(error, DEPTH));
  const { name, message, stack } = error;
  const lines = typeof stack === 'string' ? stack : `${name}: ${message}`;
  const fields = fieldsOf(error);
  const rest = Object.keys(fields).length === 0 ? '' : ` ${redactor.printed(fields, DEPTH)}`;
  console.error(`${redactor.text(lines)}${rest}`);
}

/** What its stack does not tell. */
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
