/** Not `isMainThread`: test runners and others run whole applications in threads of their own. */
const slot = Symbol.for('nestjs-buttress.pool-thread');

interface ThreadSlot {
  [slot]?: boolean;
}

/** Whether this is a thread of one of our pools: features neither listen nor start pools there. */
export function isPoolThread(): boolean {
  return (globalThis as ThreadSlot)[slot] === true;
}

/** Says so, once, before anything of the application is loaded. */
export function markPoolThread(): void {
  (globalThis as ThreadSlot)[slot] = true;
}
