import { describe, expect, it } from 'vitest';

import { report } from '../../support/load.ts';
import { startGroup } from '../../support/test-group.ts';
import { trickle } from '../../support/trickle.ts';

/** What the fixture sets, and what a look now and then and a busy machine may add to it. */
const REQUEST_TIMEOUT_MS = 2_000;
const NOISE_MS = 6_000;

describe('Slow bodies', () => {
  it("R3 Fastify's requestTimeout ends a body that comes slowly to a worker within a few seconds.", async () => {
    const group = await startGroup({ app: 'request-timeout.app', options: { workers: 1 } });
    const slow = trickle({
      port: group.port,
      path: '/lab/upload',
      length: 9_000,
      bytes: 50,
      everyMs: 100,
    });
    const { status, closedAfterMs } = await slow.exchange({ withinMs: 20_000 });
    report('R3', { 'closed after ms': closedAfterMs, 'limit ms': REQUEST_TIMEOUT_MS });
    expect(status).toBe(408);
    expect(closedAfterMs).toBeGreaterThanOrEqual(0.9 * REQUEST_TIMEOUT_MS);
    expect(closedAfterMs).toBeLessThan(REQUEST_TIMEOUT_MS + NOISE_MS);
    expect((await group.get('/lab/who')).status).toBe(200);
  });
});
