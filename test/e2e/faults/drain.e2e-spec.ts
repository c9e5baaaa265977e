import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { text } from 'node:stream/consumers';

import { describe, expect, it, onTestFinished } from 'vitest';

import { openEcho } from '../../support/echo-socket.ts';
import { freePort } from '../../support/free-port.ts';
import { report } from '../../support/load.ts';
import { startGroup, survivors } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const EVENTS_REQUEST =
  'GET /lab/events HTTP/1.1\r\nHost: test\r\nAccept: text/event-stream\r\n\r\n';

describe('A drain', () => {
  it(
    'F27 closes WebSockets with 1001, ends event streams whole, and sends GOAWAY to HTTP/2 clients',
    { timeout: 120_000 },
    async () => {
      const drain = {
        idleGraceMs: 300,
        streamGraceMs: 1_000,
        requestTimeoutMs: 15_000,
        killAfterMs: 20_000,
      };
      const group = await startGroup({ app: 'lab.app', options: { workers: 1, drain } });
      const socket = await openEcho(group);
      const events = group.connect().send(EVENTS_REQUEST);
      await until('events', () => events.text.includes('event 1'));
      const h2 = await startGroup({ app: 'h2c.app', options: { workers: 1, drain } });
      const session = connectHttp2(`http://127.0.0.1:${h2.port}`);
      onTestFinished(() => session.destroy());
      // Read from the start: the client drops what is unread when the server closes the connection.
      const answer = text(session.request({ ':path': '/lab/sleep?ms=2000' }));
      await h2.untilAllReady();
      await until('a stream', async () =>
        (await h2.workers()).some(({ inFlight }) => inFlight > 0),
      );

      const closed = once(socket, 'close') as Promise<[number]>;
      const goaway = once(session, 'goaway');
      group.signal('SIGTERM');
      h2.signal('SIGTERM');
      expect((await closed)[0]).toBe(1001);
      await events.closed;
      // The chunk of length nothing: the stream has ended, and was not cut.
      expect(events.text.endsWith('0\r\n\r\n')).toBe(true);
      await goaway;
      expect(JSON.parse(await answer)).toHaveProperty('pid');
      expect(await group.untilExited({ withinMs: 20_000 })).toEqual({ code: 0, signal: null });
      expect(await h2.untilExited({ withinMs: 20_000 })).toEqual({ code: 0, signal: null });
    },
  );

  it(
    'F27 begins with a lame duck that is not ready and serves on, but not after Ctrl-C',
    { timeout: 120_000 },
    async () => {
      const lameDuckMs = 1_500;
      const probes = { port: await freePort() };
      const options = { workers: 1, probes, drain: { lameDuckMs, idleGraceMs: 100 } };
      const group = await startGroup({ app: 'lab.app', options });
      const readiness = async (): Promise<number> =>
        (await fetch(`http://127.0.0.1:${probes.port}/readyz`)).status;
      expect(await readiness()).toBe(200);
      const startedAt = performance.now();
      group.signal('SIGTERM');
      await until('not ready', async () => (await readiness()) === 503);
      expect((await group.get('/lab/who')).status).toBe(200);
      expect(await group.untilExited({ withinMs: 20_000 })).toEqual({ code: 0, signal: null });
      expect(performance.now() - startedAt).toBeGreaterThan(lameDuckMs);

      const other = await startGroup({
        app: 'lab.app',
        options: { workers: 1, drain: { lameDuckMs: 60_000, idleGraceMs: 100 } },
      });
      other.signal('SIGINT');
      expect(await other.untilExited({ withinMs: 20_000 })).toEqual({ code: 0, signal: null });
    },
  );

  it('F28 ends the group at once at a second signal', async () => {
    const group = await startGroup({ app: 'lab.app', options: { workers: 1 } });
    const pids = await group.pids();
    const long = group.get('/lab/sleep?ms=15000');
    await until('a request under way', async () => {
      return (await group.workers()).some(({ inFlight }) => inFlight > 0);
    });

    group.signal('SIGTERM');
    await until('the drain', () => group.log.some(({ msg }) => msg === 'draining'));
    const firstAt = performance.now();
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
