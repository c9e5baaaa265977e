import { AsyncLocalStorage } from 'node:async_hooks';

import { processWide } from '../common/process-wide.ts';
import type { RequestContext } from './request-context.ts';

/** The only storage of all copies of this package: each storage slows down every `await`. */
export const storage = processWide('context', () => new AsyncLocalStorage<RequestContext>())();

/**
 * Runs `fn` outside of any request. Create sockets of pools, timers and caches here: otherwise they
 * would keep the creating request in memory.
 */
export function outside<T>(fn: () => T): T {
  return storage.exit(fn);
}
