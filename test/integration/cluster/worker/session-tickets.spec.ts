import { randomBytes } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer, type Server, type TlsOptions } from 'node:tls';

import { describe, expect, it } from 'vitest';

import { sharedTickets } from '../../../../lib/cluster/worker/session-tickets.ts';
import { CERTIFICATE, KEY } from '../../../fixtures/self-signed.ts';
import { started } from '../../../support/loopback.ts';
import { exchangeOverTls } from '../../../support/tls-client.ts';

const TLS = { key: KEY, cert: CERTIFICATE };
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const keys = randomBytes(48);

/** A server that uses the shared keys, or would if it had none of its own. */
function sharing(options: TlsOptions = {}): Server {
  const server = createServer({ ...TLS, ...options }, (socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end('done'));
  });
  sharedTickets(server)?.(keys);
  return server;
}

async function listening(server: Server): Promise<number> {
  return (await started(server, [])).port;
}

/** Whether a session that was begun at one server is resumed at another. */
async function isResumed(
  from: Server,
  at: Server,
  version: (typeof VERSIONS)[number],
): Promise<boolean> {
  const { session } = await exchangeOverTls(await listening(from), 'hello', { version });
  const { isReused } = await exchangeOverTls(await listening(at), 'hello', { version, session });
  return isReused;
}

describe.each(VERSIONS)('Session tickets of %s', (version) => {
  it('R32 are taken by all servers that share their keys', async () => {
    expect(await isResumed(sharing(), sharing(), version)).toBe(true);
  });

  it('R32 are not taken where clients must show more than where they began', async () => {
    const strict = { requestCert: true, rejectUnauthorized: false };
    expect(await isResumed(sharing(), sharing(strict), version)).toBe(false);
    const [one, other] = [sharing(strict), sharing({ ...strict, ca: CERTIFICATE })];
    expect(await isResumed(one, other, version)).toBe(false);
  });

  it('R32 are taken when the server got another certificate since', async () => {
    const renewed = sharing();
    renewed.setSecureContext(TLS);
    expect(await isResumed(sharing(), renewed, version)).toBe(true);
  });

  it.each([
    ['as an option', (own: Buffer) => sharing({ ticketKeys: own })],
    [
      'later',
      (own: Buffer) => {
        const server = createServer(TLS);
        const use = sharedTickets(server);
        server.setTicketKeys(own);
        use?.(keys);
        return server.on('secureConnection', (socket) => void socket.end('done'));
      },
    ],
    [
      'with another certificate',
      (own: Buffer) => {
        const server = sharing();
        server.setSecureContext({ ...TLS, ticketKeys: own });
        return server;
      },
    ],
  ] as const)('R32 go by the application’s own keys, given %s', async (_how, give) => {
    const own = randomBytes(48);
    expect(await isResumed(give(own), sharing(), version)).toBe(false);
    expect(give(own).getTicketKeys()).toEqual(own);
  });
});

describe('sharedTickets', () => {
  it('R32 is for servers of TLS, HTTP/2 included, that have no keys of their own', () => {
    expect(sharedTickets(createHttpServer())).toBeUndefined();
    expect(sharedTickets(createSecureServer(TLS))).toBeDefined();
    expect(sharedTickets(createServer({ ...TLS, ticketKeys: keys }))).toBeUndefined();
  });
});
