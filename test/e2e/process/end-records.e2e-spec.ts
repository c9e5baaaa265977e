import { describe, expect, it } from 'vitest';

import { type LogRecord, PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const LEVELS = { info: 30, warn: 40 };

describe('The log of a group', () => {
  it('R43: has each end of a worker once: planned ones as information, others as warnings.', async () => {
    const group = await startGroup({
      app: 'lab.app',
      options: { acceptQueue: PATIENT, reload: { canaryMs: 0 } },
    });
    const first = await group.pids();
    group.signal('SIGHUP');
    await until('the reload', () => group.log.some(({ msg }) => msg === 'reloaded'));
    const [asked, killed] = await group.untilAllReady();
    if (asked === undefined || killed === undefined) throw new Error('two workers are needed');

    process.kill(asked.pid, 'SIGTERM');
    await untilEnded(group, asked.pid);
    process.kill(killed.pid, 'SIGKILL');
    await untilEnded(group, killed.pid);
    const last = (await group.untilAllReady()).map(({ pid }) => pid);
    group.signal('SIGTERM');
    await group.untilExited();

    const ends = endsOf(group).map(({ pid, level }) => ({ pid: Number(pid), level }));
    const planned = [...first, asked.pid, ...last].map((pid) => ({ pid, level: LEVELS.info }));
    expect(ends.toSorted(byPid)).toEqual(
      [...planned, { pid: killed.pid, level: LEVELS.warn }].toSorted(byPid),
    );
    const meta = group.log.filter(({ msg }) => msg === 'meta process ended');
    expect(meta.map(({ level }) => level)).toEqual([LEVELS.info]);
  });
});

function byPid(a: { pid: number }, b: { pid: number }): number {
  return a.pid - b.pid;
}

function endsOf(group: TestGroup): LogRecord[] {
  return group.log.filter(({ msg }) => msg === 'worker ended');
}

function untilEnded(group: TestGroup, pid: number): Promise<true> {
  return until(`the end of ${pid}`, () => endsOf(group).some((one) => one['pid'] === pid));
}
