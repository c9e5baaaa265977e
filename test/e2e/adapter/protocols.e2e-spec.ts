import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { get as httpsGet } from 'node:https';
import { text } from 'node:stream/consumers';

import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

import { CERTIFICATE } from '../../fixtures/self-signed.ts';
import { startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** What a connection speaks is a matter of one worker. */
const ONE = { workers: 1 };

/** The body of a request over HTTP/2. */
async function http2Body(url: string, path: string): Promise<string> {
  const session = connectHttp2(url, { ca: CERTIFICATE });
  onTestFinished(() => session.destroy());
  const stream = session.request({ ':path': path });
  const body = await text(stream);
  await new Promise<void>((resolve) => session.close(resolve));
  return body;
}

async function httpsBody(port: number, path: string): Promise<string> {
  const request = httpsGet({ host: '127.0.0.1', port, path, ca: CERTIFICATE, agent: false });
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  return text(response);
}

async function firstMessage(socket: WebSocket, message: string): Promise<string> {
  await once(socket, 'open');
  socket.send(message);
  const [data] = (await once(socket, 'message')) as [Buffer];
  return data.toString();
}

describe('a group', () => {
  it('serves TLS, with the handshake in the worker', async () => {
    const group = await startGroup({ app: 'tls.app', options: ONE });
    expect(JSON.parse(await httpsBody(group.port, '/lab/who'))).toHaveProperty('pid');
  });

  it('serves HTTP/2 over TLS and HTTP/1 beside it, and ends sessions in a drain, after their streams', async () => {
    const group = await startGroup({
      app: 'http2.app',
      options: { ...ONE, drain: { idleGraceMs: 100 } },
    });
    const answer = await http2Body(`https://127.0.0.1:${group.port}`, '/lab/who');
    expect(JSON.parse(answer)).toHaveProperty('pid');
    expect(JSON.parse(await httpsBody(group.port, '/lab/who'))).toHaveProperty('pid');

    const session = connectHttp2(`https://127.0.0.1:${group.port}`, { ca: CERTIFICATE });
    onTestFinished(() => session.destroy());
    const stream = session.request({ ':path': '/lab/sleep?ms=3000' });
    await until('the request in flight', async () => {
      return (await group.workers()).some(({ inFlight }) => inFlight > 0);
    });
    group.signal('SIGTERM');
    expect(JSON.parse(await text(stream))).toHaveProperty('pid');
    expect(await group.untilExited()).toEqual({ code: 0, signal: null });
  });

  it('serves HTTP/2 without TLS', async () => {
    const group = await startGroup({ app: 'h2c.app', options: ONE });
    const answer = await http2Body(`http://127.0.0.1:${group.port}`, '/lab/who');
    expect(JSON.parse(answer)).toHaveProperty('pid');
  });

  it('upgrades to WebSocket, also into a Nest gateway', async () => {
    const lab = await startGroup({ app: 'lab.app', options: ONE });
    const echo = new WebSocket(`ws://127.0.0.1:${lab.port}/echo`);
    onTestFinished(() => echo.terminate());
    expect(await firstMessage(echo, 'as it is')).toBe('as it is');

    const group = await startGroup({ app: 'gateway.app', options: ONE });
    const socket = new WebSocket(`ws://127.0.0.1:${group.port}/gateway`);
    onTestFinished(() => socket.terminate());
    const answer = await firstMessage(socket, JSON.stringify({ event: 'who', data: '' }));
    expect(await group.pids()).toContain((JSON.parse(answer) as { data: number }).data);
  });
});
