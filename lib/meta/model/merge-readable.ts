import type { WorkerAnswer } from '../envelope.ts';

/**
 * Merges the answers that can be read: during an upgrade, that of a worker with another version of
 * this package may have another form, and costs its own part alone.
 */
export function mergeReadable<T, R>(
  answers: readonly WorkerAnswer<T>[],
  merge: (answers: WorkerAnswer<T>[]) => R,
): R {
  try {
    return merge([...answers]);
  } catch {
    return merge(answers.filter((one) => isReadable(one, merge)));
  }
}

function isReadable<T>(
  answer: WorkerAnswer<T>,
  merge: (answers: WorkerAnswer<T>[]) => unknown,
): boolean {
  try {
    merge([answer]);
    return true;
  } catch {
    return false;
  }
}
