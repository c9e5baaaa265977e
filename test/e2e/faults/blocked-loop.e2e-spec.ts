import { describe, expect, it } from 'vitest';

import { report } from '../../support/load.ts';
import { startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

describe('The sentinel of a worker', () => {
  it('takes the stack of a blocked loop, in the sources, with its duration and request', async () => {
    const group = await startGroup({
      app: 'crashing.app',
      // A machine that stands still blocks loops, too: what is told of that must not hide ours.
      options: { workers: 1, blockedLoop: { minIntervalMs: 100 } },
    });
    // A block while the machine stands still is told with another line, or not at all.
    const again = async () => void (await group.get('/lab/spin?ms=1500'));
    const record = await until('the record', async () => blocksInLab(group)[0] ?? again(), {
      everyMs: 4_000,
    });
    report('Blocked loop', { 'blocked ms': Number(record['blockedMs']) });
    expect(record['blockedMs']).toBeGreaterThan(500);
    expect(record['at']).toMatch(/lab\.controller\.ts:\d+:\d+\)$/);
    expect(record['stack']).toContain(record['at']);
    expect(record['requestId']).toMatch(/^[\w-]+$/);

    // A block during which the sentinel itself had to wait for a core is none of the worker's.
    const others = async (): Promise<boolean> => {
      await group.get('/lab/freeze?ms=1500');
      return blocksInLab(group).some(({ requestId }) => requestId !== record['requestId']);
    };
    await until('the record of waiting', others, { withinMs: 60_000 });
  });

  it('takes no stack where nothing is blocked for long', async () => {
    const group = await startGroup({
      app: 'lab.app',
      // A busy machine blocks loops too.
      options: { workers: 1, blockedLoop: { thresholdMs: 3_000 } },
    });
    await group.get('/lab/spin?ms=300');
    for (let count = 0; count < 50; count++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await group.get('/lab/sleep?ms=20');
    }
    expect(blocksOf(group)).toEqual([]);
  });
});

/** Those in our own code. */
function blocksInLab(group: TestGroup) {
  return blocksOf(group).filter(({ at }) => /lab\.controller\.ts/.test(String(at)));
}

function blocksOf(group: TestGroup) {
  return group.log.filter(({ msg }) => msg === 'event loop blocked');
}
