import { duration } from '../view/format.ts';
import { type Evidence, type NextStep, NOW_MS, type Problem, workersText } from './problem.ts';

/** Age from which a block is history, no problem. */
const RECENT_MS = 10 * 60_000;

/** Shorter blocks are on the page of blocked loops alone. */
const WORTH_TELLING_MS = 250;

/** A block that lasts and the record of it are the same problem. */
export function blockKey(cause: string | number): string {
  return `block ${cause}`;
}

/** What helps with a loop that is blocked, or was. */
export const BLOCK_STEPS: NextStep[] = [
  { label: 'Stacks now', href: '/stacks' },
  { label: 'Take a CPU profile', href: '/operations' },
  { label: 'All blocks', href: '/blocked-loop' },
];

/** Blocks that are over, one problem for each line that caused them, over all workers. */
export function blockProblems({ blocked }: Evidence, now: number): Problem[] {
  const frames = blocked.flatMap(({ worker, value }) =>
    value.frames.map((frame) => ({ worker, ...frame })),
  );
  const recent = frames.filter(({ lastAt, longestMs }) => {
    return now - lastAt < RECENT_MS && longestMs >= WORTH_TELLING_MS;
  });
  return Array.from(Map.groupBy(recent, ({ frame }) => frame).values(), (same) => {
    const [latest] = same.toSorted((a, b) => b.lastAt - a.lastAt);
    const count = same.reduce((sum, one) => sum + one.count, 0);
    const longestMs = Math.max(...same.map((one) => one.longestMs));
    const workers = [...new Set(same.map(({ worker }) => worker))].toSorted((a, b) => a - b);
    const times = count === 1 ? '' : `${count} times, at most `;
    const { frame = '', stack = [], requestId = null, lastAt = now } = latest ?? {};
    return {
      key: blockKey(frame),
      kind: 'error',
      severity: now - lastAt < NOW_MS ? 'poor' : 'fair',
      text: `The event loop of ${workersText(workers)} was blocked ${times}for ${duration(longestMs)}`,
      href: '/blocked-loop',
      next: BLOCK_STEPS,
      workers,
      cause: frame,
      stack,
      ...(requestId === null ? {} : { requestId }),
      at: lastAt,
    };
  });
}
