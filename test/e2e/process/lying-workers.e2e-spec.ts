import { describe, expect, it } from 'vitest';

import { report, steadily, tally } from '../../support/load.ts';
import { isAlive, openDescriptors, residentBytes } from '../../support/processes.ts';
import {
  type GroupSetup,
  PATIENT,
  startGroup,
  type TestGroup,
  USED_TRANSPORT,
} from '../../support/test-group.ts';
import { HopelessError, until } from '../../support/until.ts';

const MIB = 1 << 20;

/** What the primary may grow by while it reads a line that does not end, in bytes. */
const MOST_KEPT = 64 * MIB;

describe('A worker that sends the primary what it should not', () => {
  it('R18 A line on the channel of Node that is no JSON does not end the group.', async () => {
    const group = await startLying();
    expect((await group.get('/line')).status).toBe(200);
    await untilServing(group);
  });

  it('R18 Such a line of a worker that boots does not end the start of the group.', async () => {
    const group = await startLying({ LIES_AT_BOOT: 'yes' });
    expect(group.log.some(({ msg }) => msg === 'invalid IPC message from a worker')).toBe(true);
    await untilServing(group);
  });

  it('R18 A line on the channel of Node that does not end is neither kept by the primary nor the end of the group.', async () => {
    const group = await startLying();
    const { body: liar } = await group.get('/endless');
    const before = residentBytes(group.pid);
    let most = before;
    await until(
      'its end, or that of the line',
      async () => {
        most = Math.max(most, residentBytes(group.pid));
        const isWritten = group.output.includes('the endless line is written');
        return isWritten || !(await group.pids()).includes(Number(liar));
      },
      { withinMs: 90_000 },
    );
    await until('the reason', () => {
      const isTold = group.log.some(({ reason }) => String(reason).includes('over the limit'));
      return isTold || group.output.includes('the endless line is written');
    });
    report('Endless line', { 'more MiB': (most - before) / MIB, 'limit MiB': MOST_KEPT / MIB });
    expect(most - before).toBeLessThan(MOST_KEPT);
    await untilServing(group);
  });

  it('R43 A worker that asks for listeners without end gets a bounded number, and the rest cost no descriptors.', async () => {
    const group = await startLying();
    const before = openDescriptors(group.pid);
    await group.get('/listeners');
    const refused = await until('all to be granted or refused', () => {
      return /refused (\d+) listeners: (.*)/.exec(group.output) ?? false;
    });
    expect(Number(refused[1])).toBeGreaterThan(200);
    expect(refused[2]).toContain('a group has no more than 64 listen');
    expect(openDescriptors(group.pid) - before).toBeLessThan(80);
    await untilServing(group);
  });

  it.skipIf(USED_TRANSPORT !== 'fd').each([0, 1, 0x7f, 0xff])(
    'R18 A worker that writes over the memory it shares with the primary, last with bytes of %i, does not end the group.',
    async (last) => {
      const group = await startLying();
      expect((await group.get(`/words/${last}`)).status).toBe(200);
      const answers = await steadily({ everyMs: 4, forMs: 3_500 }, () =>
        group.get('/', { withinMs: 5_000 }),
      );
      const outcomes = tally(answers.map(({ status, errorCode }) => status ?? errorCode));
      report('Memory written over', Object.fromEntries(outcomes));
      await group.untilQueue('empty', ({ length }) => length === 0);
      await untilServing(group);
    },
  );
});

function startLying(env: GroupSetup['env'] = {}): Promise<TestGroup> {
  return startGroup({ app: 'lying.app', options: { acceptQueue: PATIENT }, env });
}

/** Waits until every request is answered for a while: one worker may have to be replaced first. */
async function untilServing(group: TestGroup): Promise<void> {
  await until('answers to all', async () => {
    if (!isAlive(group.pid)) throw new HopelessError('the primary has ended');
    const answers = await steadily({ everyMs: 50, forMs: 1_000 }, () => group.get('/'));
    return answers.every(({ status }) => status === 200);
  });
  expect(await group.untilAllReady()).toHaveLength(2);
}
