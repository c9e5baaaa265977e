import { once } from 'node:events';

import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

import { openSession, openStream } from '../../support/http2-client.ts';
import { report } from '../../support/load.ts';
import { requestText } from '../../support/raw-connection.ts';
import { sharedGroup } from '../../support/shared-group.ts';
import { startGroup, type TestGroup } from '../../support/test-group.ts';
import { UnhurriedReader } from '../../support/unhurried-reader.ts';
import { until } from '../../support/until.ts';

/** What the fixtures set. */
const SEND_TIMEOUT_MS = 1_000;

/** More than the kernel keeps for a client that does not read. */
const BYTES = 20_000_000;

/** Waits until the worker has so many connections. */
function untilConnections(group: TestGroup, count: number): Promise<unknown> {
  return group.untilWorker(0, `with ${count} connections`, ({ connections }) => {
    return connections === count;
  });
}

describe('Answers that nobody reads', () => {
  const shared = sharedGroup({ app: 'send-timeout.app', options: { workers: 1 } });

  /** The group, without the connections of other tests. */
  async function start(): Promise<TestGroup> {
    await untilConnections(shared(), 0);
    return shared();
  }

  it('R3 A client that takes nothing of its answer is cut off.', async () => {
    const group = await start();
    const reader = new UnhurriedReader(group.port, `/lab/bytes?n=${BYTES}`);
    await untilConnections(group, 1);
    const startedAt = performance.now();
    await untilConnections(group, 0);
    report('R3', { 'cut off after ms': performance.now() - startedAt, limit: SEND_TIMEOUT_MS });
    reader.read(BYTES);
    await until('the end of the connection', () => reader.isClosed);
    expect(reader.bytes).toBeLessThan(BYTES);
    expect((await group.get('/lab/who')).status).toBe(200);
  });

  it('R3 A client that takes its answer slowly gets all of it.', async () => {
    const group = await start();
    const reader = new UnhurriedReader(group.port, `/lab/bytes?n=${BYTES}`);
    const startedAt = performance.now();
    const timer = setInterval(() => reader.read(BYTES / 20), SEND_TIMEOUT_MS / 4);
    onTestFinished(() => clearInterval(timer));
    await until('its end', () => reader.isClosed, { withinMs: 60_000 });
    expect(reader.bytes).toBeGreaterThan(BYTES);
    expect(performance.now() - startedAt).toBeGreaterThan(3 * SEND_TIMEOUT_MS);
  });

  it('R3 A client for whom there is nothing yet is not cut off.', async () => {
    const group = await start();
    const idle = group.connect().send(requestText('/lab/who', 'keep-alive'));
    onTestFinished(() => idle.abandon());
    const socket = new WebSocket(`ws://127.0.0.1:${group.port}/echo`);
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    const slow = await group.get(`/lab/sleep?ms=${3 * SEND_TIMEOUT_MS}`);
    expect(slow.status).toBe(200);
    expect(idle.isClosed).toBe(false);
    socket.send('still here');
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(data.toString()).toBe('still here');
  });

  it('R3 A client of HTTP/2 that takes nothing of its answer is cut off.', async () => {
    const group = await startGroup({ app: 'send-timeout-h2c.app', options: { workers: 1 } });
    const session = await openSession(group.port, { settings: { initialWindowSize: 0 } });
    const stream = openStream(session, `/lab/bytes?n=${BYTES}`);
    await until('its end', () => stream.closed || session.closed);
    await group.untilWorker(0, 'with nothing in flight', ({ inFlight }) => inFlight === 0);
    // One who takes it is served, also for longer.
    const other = await openSession(group.port);
    const served = openStream(other, `/lab/sleep?ms=${3 * SEND_TIMEOUT_MS}`);
    const [{ ':status': status }] = (await once(served, 'response')) as [{ ':status': number }];
    expect(status).toBe(200);
  });
});
