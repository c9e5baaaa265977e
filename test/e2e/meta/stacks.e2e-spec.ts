import { beforeAll, describe, expect, it } from 'vitest';

import type { TakenStacks } from '../../../lib/meta/operations/stack-taker.ts';
import { report } from '../../support/load.ts';
import { runOperation } from '../../support/run-operation.ts';
import { endGroup, openGroup, PATIENT, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** One group for all tests. */
let group: TestGroup;

async function startAll(): Promise<() => Promise<void>> {
  group = await openGroup({
    app: 'profiled.app',
    options: {
      workers: 1,
      meta: { port: 0 },
      acceptQueue: PATIENT,
      supervision: { hungAfterMs: 120_000 },
    },
  });
  await group.untilAllReady();
  return () => endGroup(group);
}

async function takeStacks(): Promise<TakenStacks> {
  const run = await runOperation<TakenStacks>(group, 'stacks', {});
  expect([run.state, run.error]).toEqual(['DONE', undefined]);
  return run.result;
}

function text(stack: readonly string[] | undefined): string {
  return stack?.join('\n') ?? '';
}

/** Takes stacks until they satisfy `is`: a busy machine lets no thread run for a while. */
function untilTaken(what: string, is: (taken: TakenStacks) => boolean): Promise<TakenStacks> {
  return until(
    what,
    async () => {
      const taken = await takeStacks();
      if (!is(taken)) throw new Error(JSON.stringify(taken));
      return taken;
    },
    // Only so many changes a minute are let through.
    { withinMs: 60_000, everyMs: 1_500 },
  );
}

function isSifting({ stack }: { stack: string[] }): boolean {
  return text(stack).includes('siftInThread');
}

describe('stacks of all threads', { timeout: 180_000 }, () => {
  beforeAll(startAll, 120_000);

  it('says of an idle worker that it is idle', async () => {
    const taken = await untilTaken('an idle worker', ({ stacks: [one] }) => {
      return (
        one?.value.main === 'IDLE' && one.value.threads.every(({ state }) => state === 'QUIET')
      );
    });
    expect(taken.workers).toEqual({ expected: 1, answered: 1, missing: [] });
  });

  it('shows the function in a pool thread, and the call on the page', async () => {
    await group.get('/sift?ms=20000');
    const taken = await untilTaken('a stack of a pool thread', ({ stacks }) =>
      // Another thread may still start.
      stacks.some(({ value }) => value.threads.some(isSifting)),
    );
    const busy = taken.stacks[0]?.value.threads.find(isSifting);
    expect(busy?.state).toBe('RUNNING');
    expect(text(busy?.stack)).toMatch(/siftInThread \(.*profiled\.app\.(ts|js):\d+:\d+\)/);
    const { calls } = await group.read<{ calls: object[] }>('/api/v1/stacks');
    expect(calls).toEqual([
      expect.objectContaining({
        pool: 'cpu',
        thread: busy?.id,
        method: expect.stringContaining('sift'),
        runningMs: expect.any(Number),
        requestId: expect.any(String),
      }),
    ]);
    const { body } = await group.page('/stacks', { accept: 'text/html' });
    expect(body).toContain('siftInThread');
    expect(body).toContain('Take stacks now');
  });

  it('shows the line that blocks the loop, while it does', async () => {
    const burnt = group.get('/burn?ms=8000', { withinMs: 60_000 });
    const taken = await untilTaken('a blocked loop', ({ stacks }) =>
      stacks.some(({ value }) => text(value.stack).includes('burnOnLoop')),
    );
    const [one] = taken.stacks;
    expect(one?.value).toMatchObject({ main: 'RUNNING', requestId: expect.any(String) });
    report('Stacks of a blocked worker', { 'stopped ms': one?.value.stoppedMs ?? NaN });
    expect((await burnt).status).toBe(200);
  });

  it('says of a loop in native code that it is', async () => {
    const frozen = group.get('/freeze?ms=12000', { withinMs: 60_000 });
    const taken = await untilTaken('native code', ({ stacks: [one] }) => {
      return one?.value.main === 'NATIVE';
    });
    expect(taken.stacks[0]?.value.stack).toEqual([]);
    expect((await frozen).status).toBe(200);
  });

  it('refuses a worker that is not there', async () => {
    const { status, body } = await group.post('/api/v1/operations/stacks', { worker: 4_711 }, {});
    expect([status, body]).toMatchObject([404, { detail: 'There is no worker 4711' }]);
  });
});
