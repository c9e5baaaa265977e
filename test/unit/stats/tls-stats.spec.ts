import { once } from 'node:events';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';

import { afterEach, expect, it } from 'vitest';

import { Stats } from '../../../lib/stats/stats.ts';
import { TlsStats } from '../../../lib/stats/tls-stats.ts';
import { CERTIFICATE, KEY } from '../../fixtures/self-signed.ts';
import { exchangeOverTls } from '../../support/tls-client.ts';
import { until } from '../../support/until.ts';

const REQUEST = 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';

const server = createServer({ key: KEY, cert: CERTIFICATE }, (_request, response) => {
  response.end('well');
});
afterEach(() => server.close());

function seriesOf(stats: Stats, name: string) {
  return stats.snapshot().find((statistic) => statistic.name === name)?.series ?? [];
}

it('Handshakes of clients are timed by protocol and resumption, and failures counted.', async () => {
  const stats = new Stats();
  TlsStats.attach(server, stats);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const { session } = await exchangeOverTls(port, REQUEST, { version: 'TLSv1.3' });
  await exchangeOverTls(port, REQUEST, { version: 'TLSv1.3', session });
  connect(port, '127.0.0.1').end('no handshake at all\n');
  await until('a failure', () => seriesOf(stats, 'buttress.tls.handshake_failures').length > 0);

  const handshakes = seriesOf(stats, 'buttress.tls.handshake');
  expect(handshakes.map(({ labels }) => labels)).toEqual([
    { protocol: 'TLSv1.3', resumed: 'false' },
    { protocol: 'TLSv1.3', resumed: 'true' },
  ]);
  for (const { data } of handshakes) expect(data).toMatchObject({ count: 1 });
  const [failure] = seriesOf(stats, 'buttress.tls.handshake_failures');
  expect(failure?.labels['reason']).toMatch(/^ERR_SSL_/);
});

it('A server without TLS has no handshakes.', () => {
  const plain = createPlainServer();
  TlsStats.attach(plain, new Stats());
  expect(plain.listenerCount('tlsClientError')).toBe(0);
});
