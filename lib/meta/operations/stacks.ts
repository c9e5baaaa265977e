import type { Operation } from './operation.ts';
import type { StackTaker } from './stack-taker.ts';
import { WORKER_OR_ALL_FIELD } from './worker-field.ts';

/**
 * Takes the stacks of all threads. Needs no `allow`: it stops a thread for some milliseconds, as a
 * sentinel does by itself when a loop is blocked, and shows names of functions, never values.
 */
export function stacksOperation(taker: StackTaker): Operation {
  return {
    name: 'stacks',
    title: 'Stacks of all threads',
    summary:
      'What main threads and pool threads execute now, also while an event loop is blocked. ' +
      'Stops each for some milliseconds.',
    access: 'operate',
    isQuick: true,
    fields: [WORKER_OR_ALL_FIELD],
    run: ({ input }) =>
      taker.take(input['worker'] === undefined ? undefined : Number(input['worker'])),
  };
}
