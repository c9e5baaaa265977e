import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';

import axios from 'axios';
import { got } from 'got';
import { Context } from 'nestjs-buttress';
import { httpAgent, httpsAgent } from 'nestjs-buttress/clients/http';
import { outgoingHeaders } from 'nestjs-buttress/connections';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { ServiceOptions } from '../../lib/connections/settings/service.options.ts';
import { CERTIFICATE } from '../fixtures/self-signed.ts';
import { httpPeer } from '../support/http-servers.ts';
import { connectionsTo } from './support/connections.ts';

function agents(options: ServiceOptions) {
  const connections = connectionsTo({ rates: options });
  const http = httpAgent(connections, 'rates');
  const https = httpsAgent(connections, 'rates', { ca: CERTIFICATE });
  onTestFinished(() => {
    http.destroy();
    https.destroy();
  });
  return { http, https, connections };
}

describe('agents of node:http', () => {
  it('bring axios and got to the service, whatever the host, and keep connections', async () => {
    const peer = await httpPeer();
    const { http } = agents({ tiers: [[peer.address]] });
    for (let n = 0; n < 3; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, over one connection
      expect((await axios.get<string>('http://rates/eur', { httpAgent: http })).data).toBe('peer');
      // oxlint-disable-next-line no-await-in-loop -- likewise
      expect(await got('http://rates/usd', { agent: { http } }).text()).toBe('peer');
    }
    expect([peer.requests.length, peer.connections]).toEqual([6, 1]);
  });

  it('do not use a kept connection that the server has closed while the loop was blocked', async () => {
    // In a process of its own: it closes connections while this one stands still.
    const code = `
      const server = require('node:http').createServer((_, answer) => answer.end('peer'));
      Object.assign(server, { keepAliveTimeout: 2_000, keepAliveTimeoutBuffer: 0 });
      server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill());
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    const { http } = agents({ tiers: [[`127.0.0.1:${port.toString().trim()}`]] });
    const ask = (): Promise<string> =>
      got('http://rates/', { agent: { http }, retry: { limit: 0 } }).text();
    expect(await ask()).toBe('peer');
    for (const endsAt = performance.now() + 2_500; performance.now() < endsAt;);
    expect(await ask()).toBe('peer');
  });

  it('use the second tier when the first one is down', async () => {
    const [first, second] = [await httpPeer({ name: 'one' }), await httpPeer({ name: 'two' })];
    const { http } = agents({ tiers: [[first.address], [second.address]] });
    const ask = async (): Promise<string> => got('http://rates/', { agent: { http } }).text();
    expect(await ask()).toBe('one');
    await first.close();
    expect(await ask()).toBe('two');
  });

  it('fail with what the manager says', async () => {
    const { http } = agents({ tiers: [['127.0.0.1:1']] });
    await expect(axios.get('http://rates/', { httpAgent: http })).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CONNECTION_REFUSED',
    });
  });

  it('have TLS of the service, or do it for an https: URL', async () => {
    const peer = await httpPeer({ isSecure: true });
    const ofService = agents({ tiers: [[peer.address]], tls: { ca: CERTIFICATE } });
    const ofClient = agents({ tiers: [[peer.address]] });
    const { http, https } = ofService;
    expect((await axios.get<string>('http://rates/', { httpAgent: http })).data).toBe('peer');
    expect((await axios.get<string>('https://rates/', { httpsAgent: https })).data).toBe('peer');
    const own = { httpsAgent: ofClient.https };
    expect((await axios.get<string>('https://localhost/', own)).data).toBe('peer');
    await expect(axios.get('https://other.example/', own)).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CONNECTION_TLS',
      cause: { reason: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  it('leave headers to the caller', async () => {
    const peer = await httpPeer();
    const options = { tiers: [[peer.address]], propagate: { trace: true, remainingTime: true } };
    const { http, connections } = agents(options);
    await Context.run({ deadlineMs: 5_000 }, () =>
      axios.get('http://rates/', {
        httpAgent: http,
        headers: outgoingHeaders(connections, 'rates'),
      }),
    );
    expect(peer.requests[0]?.headers).toMatchObject({
      traceparent: expect.any(String),
      'x-request-timeout-ms': expect.any(String),
    });
    expect(outgoingHeaders(connections, 'rates')).toEqual({});
  });

  it.each([{}, { timeout: 200 }])(
    'end the wait for a silent server by their timeout, with a request of %j',
    async (own) => {
      const peer = await silentPeer();
      const connections = connectionsTo({ rates: { tiers: [[peer]] } });
      const agent = httpAgent(connections, 'rates', { timeout: 200 });
      onTestFinished(() => agent.destroy());
      const request = get('http://rates/', { agent, ...own });
      request.on('error', () => undefined);
      await expect(once(request, 'timeout')).resolves.toEqual([]);
      request.destroy();
    },
  );
});

/** Accepts connections and says nothing. */
async function silentPeer(): Promise<string> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
