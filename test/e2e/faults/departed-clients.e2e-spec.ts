import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, get } from 'node:https';
import type { Socket } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { CERTIFICATE } from '../../fixtures/self-signed.ts';
import { departingClient } from '../../support/departing-client.ts';
import { exchangeOf, openSession, openStream } from '../../support/http2-client.ts';
import { report } from '../../support/load.ts';
import { startGroup, survivors, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** What a drain may take if it has to wait for the one who does not leave, and if not. */
const DRAIN = {
  idleGraceMs: 300,
  streamGraceMs: 5_000,
  requestTimeoutMs: 20_000,
  killAfterMs: 25_000,
};
const QUICKLY = { withinMs: 10_000 };

const KINDS = [
  { over: 'TCP', app: 'h2c.app', secure: false },
  { over: 'TLS', app: 'http2.app', secure: true },
] as const;

describe.each(KINDS)('HTTP/2 clients that said GOAWAY and stay (over $over)', ({ app, secure }) => {
  /** A group whose only worker has one of them, and then two clients of the usual kind. */
  async function start(): Promise<{ group: TestGroup; idle: Others; busy: Others }> {
    const group = await startGroup({
      app,
      options: { workers: 1, drain: DRAIN, reload: { canaryMs: 100 } },
    });
    await departingClient(group.port, secure);
    await departingClient(group.port, secure);
    const [idle, busy] = [await connectTo(group, secure), await connectTo(group, secure)];
    return { group, idle, busy };
  }

  it('R8 A drain tells all others that it ends, lets requests finish, and is over soon.', async () => {
    const { group, idle, busy } = await start();
    const pids = await group.pids();
    const answer = exchangeOf(openStream(busy.session, '/lab/sleep?ms=3000'));
    await group.untilWorker(0, 'at work', ({ inFlight }) => inFlight > 0);
    const startedAt = performance.now();
    group.signal('SIGTERM');
    await until('the end of all others', () => idle.areEnded() && busy.areEnded(), QUICKLY);
    expect(await answer).toMatchObject({ status: 200 });
    expect(await group.untilExited(QUICKLY)).toEqual({ code: 0, signal: null });
    report('R8', { 'drained after ms': performance.now() - startedAt });
    expect(survivors(pids)).toEqual([]);
    expect(group.output).not.toContain('ERR_HTTP2_INVALID_SESSION');
  });

  it('R8 A reload ends the worker that they are on without a crash, and soon.', async () => {
    const { group, idle, busy } = await start();
    const pids = await group.pids();
    const answer = exchangeOf(openStream(busy.session, '/lab/sleep?ms=3000'));
    await group.untilWorker(0, 'at work', ({ inFlight }) => inFlight > 0);
    group.signal('SIGHUP');
    await until('the end of all others', () => idle.areEnded() && busy.areEnded(), {
      withinMs: 20_000,
    });
    expect(await answer).toMatchObject({ status: 200 });
    await until('the end of the old worker', () => survivors(pids).length === 0, QUICKLY);
    await until('the end of the reload', () => group.log.some(({ msg }) => msg === 'reloaded'));
    await group.untilAllReady();
    expect(group.output).not.toContain('ERR_HTTP2_INVALID_SESSION');
    // A process is gone a moment before its primary hears of it.
    const codes = await until('the record of its end', async () => {
      const { exits } = await group.read<{ exits: { code: number | null }[] }>('/api/v1/exits');
      return exits.length > 0 && exits.map(({ code }) => code);
    });
    expect(codes).toEqual([0]);
  });
});

/** Connections of clients that leave when they are told to. */
interface Others {
  session: Awaited<ReturnType<typeof openSession>>;
  /** Whether the session was told to end, and the connection of HTTP/1 was closed. */
  areEnded: () => boolean;
}

async function connectTo({ port }: TestGroup, secure: boolean): Promise<Others> {
  const session = await openSession(port, secure ? { secure, ca: CERTIFICATE } : {});
  let isTold = false;
  session.once('goaway', () => (isTold = true));
  // Without TLS there is no telling of which protocol a client is.
  const socket = secure ? await idleSocket(port) : undefined;
  return { session, areEnded: () => isTold && socket?.destroyed !== false };
}

/** The connection of an HTTP/1 client that has had its answer and keeps it. */
async function idleSocket(port: number): Promise<Socket> {
  const agent = new Agent({ keepAlive: true, ca: CERTIFICATE });
  onTestFinished(() => agent.destroy());
  const request = get({ host: '127.0.0.1', port, path: '/lab/who', agent });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const { socket } = response;
  response.resume();
  await once(response, 'end');
  return socket;
}
