import { once } from 'node:events';

import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

import { report } from '../../support/load.ts';
import { type RawConnection, requestText } from '../../support/raw-connection.ts';
import { startGroup, survivors, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const GRACE_MS = 2_000;
const HARD_MS = 28_000;

describe('Drain', () => {
  it('F27 A drain lets a long request finish, refuses new connections and ends streams in time.', async () => {
    const group = await startGroup({ app: 'lab.app' });
    const pids = await group.pids();
    const long = group.get('/lab/sleep?ms=15000', { withinMs: 40_000 });
    const events = group.connect().send(requestText('/lab/events', 'keep-alive'));
    await until('events', () => events.text.includes('event 1'));
    const idle = await idleConnection(group);
    const socket = await openSocket(group);

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

  it('F28 A second signal ends the group at once.', async () => {
    const group = await startGroup({ app: 'lab.app' });
    const pids = await group.pids();
    const long = group.get('/lab/sleep?ms=15000');
    await until('a request under way', async () => {
      return (await group.workers()).some(({ inFlight }) => inFlight > 0);
    });

    group.signal('SIGTERM');
    const firstAt = performance.now();
    await until('the drain', () => group.log.some(({ msg }) => msg === 'draining'));
    // Signals that come together count as one.
    await until('a moment after the first signal', () => performance.now() - firstAt > 300);
    group.signal('SIGTERM');
    const secondAt = performance.now();
    const exit = await group.untilExited();
    const endedAfterMs = performance.now() - secondAt;
    await until('no orphans', () => survivors(pids).length === 0, { withinMs: 3_000 });

    report('F28', { 'ended after ms': endedAfterMs });
    expect(exit).toEqual({ code: 143, signal: null });
    expect(endedAfterMs).toBeLessThan(3_000);
    expect((await long).status).toBeUndefined();
  });
});

async function idleConnection(group: TestGroup): Promise<RawConnection> {
  const connection = group.connect().send(requestText('/lab/who', 'keep-alive'));
  await until('an answer', () => connection.text.endsWith('}'));
  return connection;
}

/** A WebSocket that has carried a message both ways. */
async function openSocket(group: TestGroup): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${group.port}/echo`);
  onTestFinished(() => socket.terminate());
  socket.on('error', () => undefined);
  await once(socket, 'open');
  socket.send('hello');
  await once(socket, 'message');
  return socket;
}
