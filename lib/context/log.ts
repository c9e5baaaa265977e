import { ignore } from '../common/ignore.ts';

/** Logger interface for features, with pino's order of arguments: fields first. */
export interface Log {
  trace(fields: object, message?: string): void;
  debug(fields: object, message?: string): void;
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
}

/** Fallback without the logging feature: warnings and errors go to the console. */
export const consoleLog: Log = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: (fields, message) => console.warn(message ?? '', fields),
  error: (fields, message) => console.error(message ?? '', fields),
};
