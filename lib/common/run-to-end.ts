/**
 * Runs `fn` and calls `onEnd` once it has returned or thrown, or its returned promise has settled.
 */
export function runToEnd<T>(fn: () => T, onEnd: () => void): T {
  let isPending = false;
  try {
    const result = fn();
    if (!isPromiseLike(result)) return result;
    isPending = true;
    result.then(onEnd, onEnd);
    return result;
  } finally {
    if (!isPending) onEnd();
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
