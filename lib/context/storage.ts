import { AsyncLocalStorage } from 'node:async_hooks';

import type { RequestContext } from './request-context.ts';

/** Shared by all copies of this package in the process: each storage costs every `await`. */
const slot = Symbol.for('nestjs-buttress.context');

interface StorageSlot {
  [slot]?: AsyncLocalStorage<RequestContext>;
}

/** The one storage of the process. */
export const storage: AsyncLocalStorage<RequestContext> = ((globalThis as StorageSlot)[slot] ??=
  new AsyncLocalStorage());

/**
 * Runs `fn` in no request. Whatever outlives a request (sockets of pools, timers, caches) is made
 * here, because it would keep the request it was made in alive.
 */
export function outside<T>(fn: () => T): T {
  return storage.exit(fn);
}
