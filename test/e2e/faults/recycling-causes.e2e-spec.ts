import { describe, expect, it } from 'vitest';

import { jsonOf } from '../../support/raw-connection.ts';
import { startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** Soon, and not for loops that are late: on a busy machine they are. */
const QUICK = {
  sampleIntervalMs: 500,
  samples: 2,
  minAgeMs: 1_000,
  minIntervalMs: 1_000,
  maxLoopDelayMs: 3_600_000,
};

describe('Recycling', () => {
  it('replaces a worker that has served its number of requests, and one whose liveness check fails', async () => {
    const group = await startGroup({
      app: 'unwell.app',
      options: { workers: 1, recycle: { ...QUICK, maxRequests: 50 } },
    });
    await until(
      'replaced for requests',
      async () => {
        await group.get('/');
        return replacementsOf(group, 'requests').length > 0;
      },
      { withinMs: 60_000, everyMs: 5 },
    );
    expect(jsonOf(await group.get('/sicken'))).toEqual({ isSick: true });
    const [replaced] = await until(
      'replaced for liveness',
      () => {
        const found = replacementsOf(group, 'liveness');
        return found.length > 0 && found;
      },
      { withinMs: 60_000 },
    );
    expect(replaced?.['reason']).toBe('its liveness check fails: Patient.isWell: returned false');
    expect((await group.get('/')).status).toBe(200);
  });
});

function replacementsOf(group: TestGroup, kind: string) {
  return group.log.filter((record) => record.msg === 'worker replaced' && record['kind'] === kind);
}
