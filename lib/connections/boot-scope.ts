import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Runs a function in the async context of startup, outside any request. Listeners, timers and
 * parsers of a lasting connection would otherwise keep the request that created them in memory.
 */
export const inBootScope: <R>(fn: () => R) => R = AsyncLocalStorage.snapshot();
