import { type Clock, processClock } from './clock.ts';

/** Caches the result of `find` for `forMs`. */
export function remembered<T>(find: () => T, forMs: number, clock: Clock = processClock): () => T {
  let last: { found: T; at: number } | undefined;
  return () => {
    const now = clock.now();
    if (last === undefined || now - last.at >= forMs) last = { found: find(), at: now };
    return last.found;
  };
}
