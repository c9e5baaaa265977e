import { describe, expect, it } from 'vitest';

import { GroupStart } from '../../../../lib/cluster/primary/group-start.ts';

const NEVER_MS = 2 ** 31 - 1;

describe('R43: the start of a group', () => {
  it('is over when a worker serves and the pages have been tried', async () => {
    const start = new GroupStart(() => undefined);
    const over = start.untilOver(NEVER_MS);
    start.served();
    expect(start.isOver).toBe(false);
    start.pagesTried();
    await over;
    expect(start.isOver).toBe(true);
  });

  it('does not wait for pages that take long', async () => {
    const start = new GroupStart(() => undefined);
    start.served();
    await start.untilOver(1);
    expect(start.isOver).toBe(true);
  });

  it('fails with the reason, also after a worker serves', async () => {
    let ended = 0;
    const start = new GroupStart(() => ended++);
    const over = start.untilOver(NEVER_MS);
    start.served();
    start.giveUp('no password', 'its stack');
    await expect(over).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CLUSTER_START',
      message: 'no password',
      details: 'its stack',
    });
    expect([ended, start.isOver]).toEqual([1, false]);
  });
});
