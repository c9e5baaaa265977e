import { ACCESS_LEVELS, type AccessLevel } from '../common/secondary-listener.options.ts';

/** The sender of a request, and what it may do. */
export interface Visitor {
  /** For the record of changes. */
  name: string;
  access: AccessLevel;
}

/** Whether someone with `given` may do what needs `needed`. */
export function suffices(given: AccessLevel, needed: AccessLevel): boolean {
  return ACCESS_LEVELS.indexOf(given) >= ACCESS_LEVELS.indexOf(needed);
}

/** The lesser of two levels. */
export function capped(given: AccessLevel, cap: AccessLevel): AccessLevel {
  return suffices(given, cap) ? cap : given;
}

export function isAccessLevel(value: unknown): value is AccessLevel {
  return ACCESS_LEVELS.some((level) => level === value);
}
