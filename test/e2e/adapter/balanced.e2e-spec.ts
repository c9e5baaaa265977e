import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';

import { describe, expect, it } from 'vitest';

import { CERTIFICATE } from '../../fixtures/self-signed.ts';
import { requestText } from '../../support/raw-connection.ts';
import { sharedGroup } from '../../support/shared-group.ts';
import { uploadByHttp } from '../../support/upload.ts';

const BALANCER = '127.0.0.2';

const HEADER = 'PROXY TCP4 192.0.2.7 10.0.0.1 12345 443\r\n';

/** The body of an answer to a request over TLS that begins with a header of the PROXY protocol. */
async function askBehind(localAddress: string, port: number, header: string): Promise<string> {
  const below = connect({ port, host: '127.0.0.1', localAddress });
  below.write(header);
  const socket = connectTls({ socket: below, ca: CERTIFICATE, host: 'localhost' });
  await once(socket, 'secureConnect');
  socket.write(requestText('/ip'));
  return (await text(socket)).split('\r\n\r\n')[1] ?? '';
}

describe('A group of TLS behind a balancer', () => {
  const group = sharedGroup({ app: 'balanced.app', options: { workers: 1 } });

  it('R31 knows the clients of the balancer, and others as they are.', async () => {
    const { port } = group();
    expect(await askBehind(BALANCER, port, HEADER)).toBe('192.0.2.7');
    expect(await askBehind('127.0.0.1', port, '')).toBe('127.0.0.1');
  });

  it('R39 lets a client see that its upload is too large.', async () => {
    const { port } = group();
    const upload = { port, path: '/upload', bytes: 20 << 20, ca: CERTIFICATE };
    expect(await uploadByHttp(upload)).toBe(413);
    expect(await uploadByHttp(upload)).toBe(413);
  });
});
