import type { ApplicationConfig } from '@nestjs/core';

/** Where Nest keeps what a filter catches; nothing: everything. */
const CATCHES = '__filterCatchExceptions__';

type ErrorClass = abstract new (...args: never[]) => Error;

/** Whether a global exception filter of the application catches errors of a class. */
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
