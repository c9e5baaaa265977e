import { type Clock, processClock } from './clock.ts';

/** Calls `find` only when what it found last is older than so many milliseconds. */
export function remembered<T>(find: () => T, forMs: number, clock: Clock = processClock): () => T {
  let last: { found: T; at: number } | undefined;
  return () => {
    const now = clock.now();
    if (last === undefined || now - last.at >= forMs) last = { found: find(), at: now };
    return last.found;
  };
}
