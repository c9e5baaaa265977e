import { ACCESS_LEVELS, type AccessLevel } from '../common/http/secondary-listener.options.ts';

/** Sender of a request, and its access level. */
export interface Visitor {
  /** Name in the audit log. */
  name: string;
  access: AccessLevel;
}

/** Whether the level `given` includes the level `needed`. */
export function suffices(given: AccessLevel, needed: AccessLevel): boolean {
  return ACCESS_LEVELS.indexOf(given) >= ACCESS_LEVELS.indexOf(needed);
}

/** Lower of two levels. */
export function capped(given: AccessLevel, cap: AccessLevel): AccessLevel {
  return suffices(given, cap) ? cap : given;
}

export function isAccessLevel(value: unknown): value is AccessLevel {
  return ACCESS_LEVELS.some((level) => level === value);
}
