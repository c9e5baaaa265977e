import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { report } from '../../support/load.ts';
import { requestText } from '../../support/raw-connection.ts';
import { setupModule } from '../../support/setup-module.ts';
import { startGroup, survivors } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const LIMIT_MS = 5_000;

/** Processor time of a process in 100 ms, in clock ticks of 10 ms, from which it does nothing else. */
const BUSY_TICKS = 8;

async function isBusy(pid: number | undefined): Promise<boolean> {
  const before = ticksOf(pid);
  await sleep(100);
  return ticksOf(pid) - before >= BUSY_TICKS;
}

/** User time by /proc/PID/stat. */
function ticksOf(pid: number | undefined): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  return Number(fields.split(' ')[11]);
}

describe('Workers of a primary that is killed', () => {
  it.each([
    ['as it is by default', {}, {}],
    ['when no stacks of blocked loops are taken', { blockedLoop: false }, {}],
    ['while its inspector is open', {}, { NODE_OPTIONS: '--inspect=127.0.0.1:0' }],
  ] as const)(
    'R18 A worker in an endless loop ends within 5 s, %s.',
    async (_how, options, env) => {
      const group = await startGroup({ app: 'lab.app', options, env });
      const pids = group.log.flatMap(({ msg, pid }) =>
        msg === 'worker ready' || msg === 'meta process ready' ? [Number(pid)] : [],
      );
      expect(pids).toHaveLength(3);
      group.connect().send(requestText('/lab/work?ms=600000'));
      await until('a blocked worker', async () => {
        return (await Promise.all(pids.map(isBusy))).some(Boolean);
      });
      group.signal('SIGKILL');
      const killedAt = performance.now();
      await until('all processes gone', () => survivors(pids).length === 0, {
        withinMs: LIMIT_MS,
      });
      report('R18', { 'gone after ms': performance.now() - killedAt, 'limit ms': LIMIT_MS });
      expect(survivors(pids)).toEqual([]);
    },
  );

  it('R18 The pages end too while code of the application blocks them.', async () => {
    const setup = setupModule(`export default {
      authenticate({ headers }) {
        for (; headers['x-block'] !== undefined;);
        return { name: 'ada', access: 'operate' };
      },
    };`);
    const group = await startGroup({
      app: 'lab.app',
      options: { workers: 1, meta: { port: 0, setup: setup.href } },
    });
    const pages = group.log.find(({ msg }) => msg === 'meta process ready');
    const pids = [Number(pages?.['pid'])];
    void group.page('/', { 'x-block': 'yes' }).catch(() => undefined);
    await until('blocked pages', async () => isBusy(pids[0]));
    group.signal('SIGKILL');
    await until('the pages gone', () => survivors(pids).length === 0, { withinMs: LIMIT_MS });
    expect(survivors(pids)).toEqual([]);
  });
});
