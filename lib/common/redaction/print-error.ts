import { types } from 'node:util';

import { processRedactor } from './process-redactor.ts';

/** Writes an error to stderr without its secrets, where no log can be written any more. */
export function printError(error: unknown): void {
  const cleaned = processRedactor().value(error);
  if (!types.isNativeError(error)) return console.error(cleaned);
  const { type: _type, message, stack = message, ...fields } = cleaned as Record<string, unknown>;
  if (Object.keys(fields).length === 0) console.error(stack);
  else console.error(stack, fields);
}
