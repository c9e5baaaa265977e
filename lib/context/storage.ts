import { AsyncLocalStorage } from 'node:async_hooks';

import { noteErrorsWith } from '../common/answered-errors.ts';
import { processWide } from '../common/process-wide.ts';
import type { ManagedContext } from './managed-context.ts';

/** The only storage of all copies of this package: each storage slows down every `await`. */
export const storage = processWide('context', () => new AsyncLocalStorage<ManagedContext>())();

noteErrorsWith((name, value) => {
  const context = storage.getStore();
  context?.note(name, value);
  return context !== undefined;
});
