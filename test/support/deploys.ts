import { isAlive } from './processes.ts';
import type { TestGroup } from './test-group.ts';
import { until } from './until.ts';

/** A busy machine starts processes slowly. */
const START_MS = 90_000;

/** One reload of the group under a primary, from its signal to its end. */
export async function reload(group: TestGroup, pid = group.pid): Promise<void> {
  const isOurs = ({ msg, pid: by }: { msg: string; pid?: unknown }): boolean =>
    msg === 'reloaded' && by === pid;
  const before = group.log.filter(isOurs).length;
  process.kill(pid, 'SIGHUP');
  await until('the reload', () => group.log.filter(isOurs).length > before, {
    withinMs: START_MS,
  });
}

/** One upgrade from its signal to the end of the old primary. @returns the new one's id */
export async function upgrade(group: TestGroup, pid: number): Promise<number> {
  process.kill(pid, 'SIGUSR2');
  const by = await until(
    'the new primary',
    () => group.log.find((one) => one.msg === 'a new primary serves' && one['pid'] === pid)?.['by'],
    { withinMs: START_MS },
  );
  await until('the end of the old one', () => !isAlive(pid), { withinMs: 60_000 });
  return Number(by);
}
