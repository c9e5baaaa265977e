import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

import { noteErrorsWith } from '../common/http/answered-errors.ts';
import { processWide } from '../common/process/process-wide.ts';
import type { ManagedContext } from './managed-context.ts';

/** The only storage of all copies of this package: each storage slows down every `await`. */
export const storage = processWide('context', () => new AsyncLocalStorage<ManagedContext>())();

/**
 * Runs `fn` in a context, as `storage.run` does in three times the time: that copies what all
 * storages hold on the way back, too, where the end of an async scope restores it.
 */
export function runInContext(context: ManagedContext, fn: () => void): void {
  new AsyncResource('RequestContext').runInAsyncScope(enterAndRun, undefined, context, fn);
}

function enterAndRun(context: ManagedContext, fn: () => void): void {
  storage.enterWith(context);
  fn();
}

noteErrorsWith((name, value) => {
  const context = storage.getStore();
  context?.note(name, value);
  return context !== undefined;
});
