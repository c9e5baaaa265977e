import { AsyncLocalStorage } from 'node:async_hooks';

import { processWide } from './process/process-wide.ts';

/**
 * Runs `fn` outside any request, with no store of any AsyncLocalStorage: in the async context in
 * which this package was loaded. Create sockets, timers and threads that outlive a request here,
 * as they would otherwise keep it in memory, and all that other libraries store for it.
 */
export const outside: <T>(fn: () => T) => T = processWide('outside', () =>
  AsyncLocalStorage.snapshot(),
)();

/** Calls back outside any request, without keeping the process alive. Returns the cancellation. */
export function outsideTimeout(callback: () => void, afterMs: number): () => void {
  const timer = outside(() => setTimeout(callback, afterMs).unref());
  return () => clearTimeout(timer);
}
