import { expect, it } from 'vitest';

import { startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

it('R43 A connection that reaches a worker together with the order to drain is served.', async () => {
  const group = await startGroup({
    app: 'hooks.app',
    options: {
      workers: 1,
      // The stopped worker keeps the connection that it was offered, and its state.
      acceptQueue: { claimTimeoutMs: 10_000, maxWaitMs: 20_000, targetMs: 10_000 },
      supervision: { stalledAfterMs: 20_000, hungAfterMs: 30_000 },
      reload: { canaryMs: 100 },
    },
  });
  const [old] = await group.untilAllReady();
  if (old === undefined) throw new Error('no worker');
  group.signal('SIGHUP');
  await until('a reload', () => group.log.some(({ msg }) => msg === 'reloading'));
  process.kill(old.pid, 'SIGSTOP');
  const answer = group.get('/who');
  await until('the order', async () =>
    (await group.everyWorker()).some(({ pid, state }) => pid === old.pid && state === 'DRAINING'),
  );
  process.kill(old.pid, 'SIGCONT');
  expect(await answer).toMatchObject({ status: 200 });
});
