import type { ErrorGroup } from '../../logging/recent-errors.ts';
import type { Answers } from '../group-reports.provider.ts';

/** An error of one kind from one place, over all workers. */
export interface MergedErrorGroup extends ErrorGroup {
  workers: number[];
}

/** Groups of all workers, the latest first; each is described as in the worker that met it last. */
export function mergeErrors(answers: Answers<'errors'>): MergedErrorGroup[] {
  const all = answers.flatMap(({ worker, value }) => value.map((group) => ({ worker, group })));
  const byKey = Map.groupBy(all, ({ group }) => keyOf(group));
  return [...byKey.values()]
    .map((same) => {
      const groups = same.map(({ group }) => group);
      const latest = groups.reduce((a, b) => (b.lastAt > a.lastAt ? b : a));
      return Object.assign(structuredClone(latest), {
        count: groups.reduce((sum, { count }) => sum + count, 0),
        firstAt: Math.min(...groups.map(({ firstAt }) => firstAt)),
        workers: same.map(({ worker }) => worker).toSorted((a, b) => a - b),
      });
    })
    .toSorted((a, b) => b.lastAt - a.lastAt);
}

/** Workers group by name and throw site; the latter is the first line of the stack with a place. */
function keyOf({ name, message, stack }: ErrorGroup): string {
  const site = stack.split('\n').find((line) => line.trimStart().startsWith('at '));
  return `${name} ${site ?? message}`;
}
