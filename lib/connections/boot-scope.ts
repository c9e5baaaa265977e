import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Runs a function as if nobody had called it: in no request. What it sets up (listeners, timers,
 * parsers of a connection that stays) keeps no request alive that happened to be the first one.
 */
export const inBootScope: <R>(fn: () => R) => R = AsyncLocalStorage.snapshot();
