import { describe, expect, it } from 'vitest';

import { report } from '../../support/load.ts';
import { accountOf, startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const SEEDS = 10;

describe('Nonsense from a worker', () => {
  it(
    'does not bring the primary down, whatever comes on either channel',
    { timeout: 180_000 },
    async () => {
      const group = await startGroup({ app: 'noisy.app', options: { workers: 2 } });
      let answered = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        // oxlint-disable-next-line no-await-in-loop -- one after another
        const noisy = await group.get(`/noise?seed=${seed}`);
        // oxlint-disable-next-line no-await-in-loop -- one after another
        const after = await group.get('/');
        for (const { status } of [noisy, after]) if (status === 200) answered++;
      }
      await group.get('/rubbish');
      await until('the worker that can not be understood is killed', () => {
        return group.log.some((one) => String(one['reason']).includes('SIGKILL'));
      });
      const workers = await group.untilAllReady({ withinMs: 60_000 });
      const queue = await group.untilQueue('settled', (one) => one.pending + one.length === 0);
      report('Nonsense', { messages: 100 * SEEDS, answered, of: 2 * SEEDS });
      // Noise may cost the worker that makes it, and the request in it, but no other request.
      expect(answered).toBeGreaterThanOrEqual(SEEDS);
      expect(workers).toHaveLength(2);
      expect((await group.get('/')).status).toBe(200);
      expect(accountOf(queue)).toBe(queue.accepted);
    },
  );
});
