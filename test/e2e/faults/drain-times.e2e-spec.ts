import { once } from 'node:events';

import { describe, expect, it } from 'vitest';

import { openEcho } from '../../support/echo-socket.ts';
import { report } from '../../support/load.ts';
import { type RawConnection, requestText } from '../../support/raw-connection.ts';
import { startGroup, survivors, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const GRACE_MS = 2_000;
const HARD_MS = 28_000;

describe('A drain with the usual limits', () => {
  it('F27 lets a long request finish, refuses new connections and ends streams in time.', async () => {
    const group = await startGroup({ app: 'lab.app', options: { workers: 1 } });
    const pids = await group.pids();
    const long = group.get('/lab/sleep?ms=15000', { withinMs: 40_000 });
    const events = group.connect().send(requestText('/lab/events', 'keep-alive'));
    await until('events', () => events.text.includes('event 1'));
    const idle = await idleConnection(group);
    const socket = await openEcho(group);

    const drainedAt = performance.now();
    const elapsedMs = (): number => performance.now() - drainedAt;
    group.signal('SIGTERM');
    await until('new connections refused', async () => {
      return (await group.get('/lab/who')).errorCode === 'ECONNREFUSED';
    });
    const refusedAfterMs = elapsedMs();
    await idle.closed;
    const idleClosedAfterMs = elapsedMs();
    const finished = await long;
    const finishedAfterMs = elapsedMs();
    expect(finished).toMatchObject({ status: 200, errorCode: undefined });
    expect(events.isClosed).toBe(false);
    const [exit] = await Promise.all([
      group.untilExited({ withinMs: HARD_MS + 2_000 }),
      events.closed,
      once(socket, 'close', { signal: AbortSignal.timeout(HARD_MS) }),
    ]);

    report('F27', {
      'refused after ms': refusedAfterMs,
      'idle closed after ms': idleClosedAfterMs,
      'request finished after ms': finishedAfterMs,
      'ended after ms': elapsedMs(),
    });
    expect(idleClosedAfterMs).toBeGreaterThan(0.9 * GRACE_MS);
    expect(idleClosedAfterMs).toBeLessThan(GRACE_MS + 3_000);
    expect(elapsedMs()).toBeLessThan(HARD_MS);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(survivors(pids)).toEqual([]);
  });
});

async function idleConnection(group: TestGroup): Promise<RawConnection> {
  const connection = group.connect().send(requestText('/lab/who', 'keep-alive'));
  await until('an answer', () => connection.text.endsWith('}'));
  return connection;
}
