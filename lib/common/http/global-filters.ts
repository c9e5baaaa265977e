import type { ApplicationConfig } from '@nestjs/core';

import type { ErrorClass } from '../errors/error-class.ts';

/** Metadata key under which Nest keeps the classes a filter catches; none: all. */
const CATCHES = '__filterCatchExceptions__';

/** Whether a global exception filter of the application catches this class. */
export function isCaughtGlobally(config: ApplicationConfig, wanted: ErrorClass): boolean {
  return config.getGlobalFilters().some((filter) => catches(filter, wanted));
}

function catches(filter: object, wanted: ErrorClass): boolean {
  const caught = (Reflect.getMetadata(CATCHES, Object.getPrototypeOf(filter)) ??
    Reflect.getMetadata(CATCHES, filter.constructor) ??
    []) as unknown[];
  return caught.length === 0 || caught.some((type) => includes(type, wanted));
}

function includes(type: unknown, wanted: ErrorClass): boolean {
  if (typeof type !== 'function') return false;
  return type === wanted || wanted.prototype instanceof type;
}
