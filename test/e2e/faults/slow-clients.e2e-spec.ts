import { describe, expect, it } from 'vitest';

import { report } from '../../support/load.ts';
import { type RawConnection, requestText } from '../../support/raw-connection.ts';
import { startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** What the fixture sets. */
const HEADERS_TIMEOUT_MS = 1_000;
const KEEP_ALIVE_TIMEOUT_MS = 2_000;

/** Node waits a little longer than it tells clients. */
const KEEP_ALIVE_BUFFER_MS = 1_000;

const NOISE_MS = 2_000;

describe('Slow and idle clients', () => {
  it("F9 Node's own timeouts hold on connections that were handed to a worker.", async () => {
    const group = await startGroup({ app: 'impatient.app', options: { workers: 1 } });

    const slow = group.connect().send('GET /lab/who HTTP/1.1\r\nHost: test\r\n');
    const trickle = setInterval(() => slow.send('X: y\r\n'), 200);
    const tooSlow = await slow.exchange();
    clearInterval(trickle);
    expect(tooSlow.status).toBe(408);
    expect(tooSlow.answeredAfterMs).toBeGreaterThanOrEqual(0.9 * HEADERS_TIMEOUT_MS);
    expect(tooSlow.answeredAfterMs).toBeLessThan(HEADERS_TIMEOUT_MS + NOISE_MS);

    const idle = await answered(group.connect());
    await idle.closed;
    expect(idle.ageMs).toBeGreaterThanOrEqual(0.9 * KEEP_ALIVE_TIMEOUT_MS);
    expect(idle.ageMs).toBeLessThan(KEEP_ALIVE_TIMEOUT_MS + KEEP_ALIVE_BUFFER_MS + NOISE_MS);

    const closable = await answered(group.connect());
    await group.get('/lab/close-idle');
    await closable.closed;
    expect(closable.ageMs).toBeLessThan(0.9 * KEEP_ALIVE_TIMEOUT_MS);

    report('F9', {
      'slow headers answered after ms': tooSlow.answeredAfterMs ?? 'never',
      'idle closed after ms': idle.ageMs,
      'closed on demand after ms': closable.ageMs,
    });
  });
});

/** The connection after one request that leaves it open. */
async function answered(connection: RawConnection): Promise<RawConnection> {
  connection.send(requestText('/lab/who', 'keep-alive'));
  await until('an answer', () => connection.text.endsWith('}'));
  return connection;
}
