import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { GroupStart } from '../../../../lib/cluster/primary/group-start.ts';

const NEVER_MS = 2 ** 31 - 1;

/** The start of a group whose workers become READY as the test says. */
function begin(pagesWithinMs = NEVER_MS): {
  start: GroupStart;
  serve: () => void;
  kills: string[];
} {
  let hasServed = false;
  const kills: string[] = [];
  const start = new GroupStart({
    hasServed: () => hasServed,
    kill: () => kills.push('killed'),
    pagesWithinMs,
  });
  const serve = (): void => {
    hasServed = true;
    start.served();
  };
  return { start, serve, kills };
}

describe('R43: the start of a group', () => {
  it('serves from its first worker on, and is over when the pages have been tried', async () => {
    const { start, serve } = begin();
    serve();
    await start.untilServed();
    expect(start.isOver).toBe(false);
    start.pagesTried();
    await start.untilOver();
    expect(start.isOver).toBe(true);
  });

  it('is not over before a worker serves', async () => {
    const { start, serve } = begin(0);
    start.pagesTried();
    expect(await Promise.race([start.over, Promise.resolve('not yet')])).toBe('not yet');
    serve();
    await start.untilOver();
    expect(start.isOver).toBe(true);
  });

  it('does not wait for pages that take long', async () => {
    const { start, serve } = begin(1);
    serve();
    start.pagesStarted();
    await start.untilOver();
    expect(start.isOver).toBe(true);
  });

  it('counts the wait from the start of the pages, which begin after slow workers', async () => {
    const { start, serve } = begin(0);
    const over = start.untilOver();
    serve();
    await start.untilServed();
    await wait(5);
    expect(start.isOver).toBe(false);
    start.giveUp('no password');
    await expect(over).rejects.toThrow('no password');
  });

  it('kills a group that gives up before a worker serves', async () => {
    const { start, kills } = begin();
    start.giveUp('no worker');
    await expect(start.untilServed()).rejects.toThrow('no worker');
    expect(kills).toEqual(['killed']);
  });

  it('fails with the reason after a worker serves too, and kills nothing then', async () => {
    const { start, serve, kills } = begin();
    const over = start.untilOver();
    serve();
    await start.untilServed();
    start.giveUp('no password', 'its stack');
    await expect(over).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CLUSTER_START',
      message: 'no password',
      details: 'its stack',
    });
    start.pagesTried();
    expect([kills, start.isOver]).toEqual([[], false]);
  });
});
