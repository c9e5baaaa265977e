import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { mailSocket } from 'nestjs-buttress/clients/nodemailer';
import { createTransport } from 'nodemailer';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, it, onTestFinished } from 'vitest';

import { CERTIFICATE, KEY } from '../fixtures/self-signed.ts';
import { connectionsTo } from './support/connections.ts';

const MAIL = { from: 'a@example.com', to: 'b@example.com', subject: 'Receipt', text: 'Thank you' };

async function mailServer(options: SMTPServerOptions) {
  const received: { isSecure: boolean; text: string }[] = [];
  const server = new SMTPServer({
    key: KEY,
    cert: CERTIFICATE,
    authOptional: true,
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        received.push({ isSecure: session.secure, text });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  return { address: `localhost:${port}`, received };
}

describe('nodemailer', () => {
  it('sends, with a fallback, one by one and from a pool, over STARTTLS of its own', async () => {
    const { address, received } = await mailServer({});
    const connections = connectionsTo({ mail: { tiers: [['127.0.0.1:1'], [address]] } });
    const settings = {
      host: 'localhost',
      getSocket: mailSocket(connections, 'mail'),
      tls: { ca: CERTIFICATE },
    };
    for (const transport of [
      createTransport(settings),
      createTransport({ ...settings, pool: true, maxConnections: 1 }),
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await transport.sendMail(MAIL);
      transport.close();
    }
    expect(received.map(({ isSecure }) => isSecure)).toEqual([true, true]);
    expect(received[0]?.text).toContain('Thank you');
  });

  it('takes TLS of the service for its own', async () => {
    const { address, received } = await mailServer({ secure: true });
    const connections = connectionsTo({
      mail: { tiers: [[address]], tls: { ca: CERTIFICATE } },
    });
    const transport = createTransport({
      host: 'localhost',
      secure: true,
      getSocket: mailSocket(connections, 'mail'),
    });
    await transport.sendMail(MAIL);
    expect(received.map(({ isSecure }) => isSecure)).toEqual([true]);
  });

  it('fails with what the manager says', async () => {
    const connections = connectionsTo({ mail: { tiers: [['127.0.0.1:1']] } });
    const transport = createTransport({ getSocket: mailSocket(connections, 'mail') });
    await expect(transport.sendMail(MAIL)).rejects.toMatchObject({
      message: expect.stringContaining('refused'),
    });
  });
});
