import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';

import { expect, it, onTestFinished } from 'vitest';

import { endsOf } from '../../../../lib/cluster/worker/socket-ends.ts';
import { CERTIFICATE, KEY } from '../../../fixtures/self-signed.ts';

it.each(['a port', 'a path'])(
  'R31 The key of a TLS connection at %s is that of the socket below it, and of no other.',
  async (place) => {
    const below: Socket[] = [];
    const secured: TLSSocket[] = [];
    const server = createServer({ key: KEY, cert: CERTIFICATE })
      .prependListener('connection', (socket: Socket) => void below.push(socket))
      .on('secureConnection', (socket) => void secured.push(socket));
    const folder = mkdtempSync(join(tmpdir(), 'ends-'));
    server.listen(place === 'a path' ? join(folder, 'tls.sock') : 0);
    await once(server, 'listening');
    const address = server.address() as string | { port: number };
    const where = typeof address === 'string' ? { path: address } : { port: address.port };
    const clients = [1, 2].map(() => connect({ ...where, rejectUnauthorized: false }));
    onTestFinished(() => {
      for (const client of clients) client.destroy();
      server.close();
      rmSync(folder, { recursive: true });
    });
    await expect.poll(() => secured.length).toBe(2);
    const keys = below.map(endsOf);
    expect(new Set(keys).size).toBe(2);
    expect(new Set(secured.map(endsOf))).toEqual(new Set(keys));
  },
);
