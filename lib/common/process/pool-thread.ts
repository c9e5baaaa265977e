import { processWide } from './process-wide.ts';

/** Not `isMainThread`: test runners run whole applications in threads of their own. */
const mark = processWide<{ isPoolThread?: boolean }>('pool-thread', () => ({}));

/** Whether this is a thread of one of our pools; features neither listen nor start pools there. */
export function isPoolThread(): boolean {
  return mark().isPoolThread === true;
}

/** Marks this thread; called once, before application code is loaded. */
export function markPoolThread(): void {
  mark().isPoolThread = true;
}
