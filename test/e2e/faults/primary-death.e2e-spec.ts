import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { report } from '../../support/load.ts';
import { labAnswer, requestText } from '../../support/raw-connection.ts';
import { launchGroup, startGroup, survivors } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** Longer than the test, in milliseconds: nothing ends because its work is done. */
const FOR_GOOD_MS = 600_000;

describe('Death of the primary', () => {
  it('F26 When the primary is killed every other process of the group ends, whatever it is doing.', async () => {
    const group = await startGroup({ app: 'lab.app', options: { workers: 3 } });
    const pids = await until('every process', () => {
      const all = everyPid(group.log);
      return all.length === 4 && all;
    });
    const sleeping = group.connect().send(requestText(`/lab/sleep?ms=${FOR_GOOD_MS}`));
    const stream = group.connect().send(requestText('/lab/events', 'keep-alive'));
    await until('both under way', async () => {
      const inFlight = (await group.workers()).reduce((sum, worker) => sum + worker.inFlight, 0);
      return inFlight === 2 && stream.text.includes('event 0');
    });
    const { slot } = labAnswer(await group.get(`/lab/spin?ms=${FOR_GOOD_MS}`));
    await group.untilWorker(slot, 'STALLED', ({ state }) => state === 'STALLED');
    expect(sleeping.text).toBe('');
    expect(survivors(pids)).toEqual(pids);

    group.signal('SIGKILL');
    const killedAt = performance.now();
    await until('all processes gone', () => survivors(pids).length === 0, { withinMs: 30_000 });

    report('F26', { processes: pids.length, 'gone after ms': performance.now() - killedAt });
  });

  it('F26 When the primary is killed a worker ends whose boot blocks its event loop.', async () => {
    const group = await launchGroup({
      app: 'versioned.app',
      version: 'spins',
      options: { workers: 1 },
    });
    const pid = await until('a boot that blocks', async () => {
      const [{ pid: booting } = { pid: null }] = await group.workers();
      return booting !== null && titleOf(booting) === 'spins' && booting;
    });
    expect(survivors([pid])).toEqual([pid]);
    group.signal('SIGKILL');
    await until('its end', () => survivors([pid]).length === 0);
  });
});

/** Linux: what a process calls itself. */
function titleOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', '');
}

/** Every process that the primary has called ready. */
function everyPid(log: readonly { msg: string; [field: string]: unknown }[]): number[] {
  return log.filter(({ msg }) => msg.endsWith(' ready')).map((record) => Number(record['pid']));
}
