import { describe, expect, it } from 'vitest';

import { startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

describe('A group of two workers', () => {
  it(
    'comes back less and less often from a loop of crashes, and serves in between',
    { timeout: 120_000 },
    async () => {
      const group = await startGroup({
        app: 'crashing.app',
        options: {
          workers: 2,
          drain: { idleGraceMs: 100, requestTimeoutMs: 1_000, killAfterMs: 2_000 },
        },
      });
      const endsAt = performance.now() + 6_000;
      let served = 0;
      while (performance.now() < endsAt) {
        // oxlint-disable-next-line no-await-in-loop -- one after another is the point
        const [, other] = await Promise.all([group.get('/lab/crash'), group.get('/lab/who')]);
        if (other.status === 200) served++;
      }
      const ends = group.log.filter(({ msg }) => msg === 'worker ended').length;
      // A start takes half a second, so without growing waits there would be some twenty.
      expect(ends).toBeLessThanOrEqual(10);
      expect(served).toBeGreaterThan(0);
      await group.untilAllReady({ withinMs: 60_000 });
      await until('an answer', async () => (await group.get('/lab/who')).status === 200);
    },
  );
});
