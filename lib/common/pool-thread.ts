/** Not `isMainThread`: test runners run whole applications in threads of their own. */
const slot = Symbol.for('nestjs-buttress.pool-thread');

interface ThreadSlot {
  [slot]?: boolean;
}

/** Whether this is a thread of one of our pools; features neither listen nor start pools there. */
export function isPoolThread(): boolean {
  return (globalThis as ThreadSlot)[slot] === true;
}

/** Marks this thread; called once, before application code is loaded. */
export function markPoolThread(): void {
  (globalThis as ThreadSlot)[slot] = true;
}
