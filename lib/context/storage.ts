import { AsyncLocalStorage } from 'node:async_hooks';

import type { RequestContext } from './request-context.ts';

/** Shared by all copies of this package in the process: each storage slows down every `await`. */
const slot = Symbol.for('nestjs-buttress.context');

interface StorageSlot {
  [slot]?: AsyncLocalStorage<RequestContext>;
}

/** The only storage of the process. */
export const storage: AsyncLocalStorage<RequestContext> = ((globalThis as StorageSlot)[slot] ??=
  new AsyncLocalStorage());

/**
 * Runs `fn` outside of any request. Create sockets of pools, timers and caches here: otherwise they
 * would keep the creating request in memory.
 */
export function outside<T>(fn: () => T): T {
  return storage.exit(fn);
}
