import { plural } from '../../common/plural.ts';
import { duration } from '../view/format.ts';
import type { Evidence, Problem } from './problem.ts';

/** Expected wait of a new call from which a busy pool is a problem. */
const LONG_WAIT_MS = 1_000;

/** Pools of threads that are all busy while calls wait for long, or whose queue is full. */
export function threadProblems({ threads }: Evidence): Problem[] {
  return threads.flatMap(({ worker, value }) =>
    value.pools.flatMap(({ name, size, busy, waiting, maxQueue, waitMs }): Problem[] => {
      if (waiting === 0 || busy < size) return [];
      const isFull = waiting >= maxQueue;
      if (!isFull && waitMs < LONG_WAIT_MS) return [];
      const load = `${busy} of ${plural(size, 'thread')} busy, ${plural(waiting, 'call')} waiting`;
      return [
        {
          key: `threads ${worker} ${name}`,
          kind: 'shed',
          severity: isFull ? 'poor' : 'fair',
          text: `Pool ${name} in worker ${worker}: ${load}`,
          href: '/threads',
          workers: [worker],
          impact: isFull
            ? 'The queue is full: further calls fail at once.'
            : `A new call waits for about ${duration(waitMs)}.`,
        },
      ];
    }),
  );
}
