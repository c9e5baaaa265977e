import { Client } from 'ldapts';
import { ldapConnection } from 'nestjs-buttress/clients/ldapts';
import { describe, expect, it } from 'vitest';

import { connectionsTo } from './support/connections.ts';
import { lengthPrefixed, protocolPeer } from './support/protocol-peer.ts';

const BIND_REQUEST = 0x60;

/** One short BER sequence for each message. */
const sequences = lengthPrefixed((bytes) => bytes.readUInt8(1), { header: 2, overhead: 2 });

function answer(request: Buffer): Buffer | undefined {
  if (request[5] !== BIND_REQUEST) return undefined;
  const id = request.readUInt8(4);
  return Buffer.from([0x30, 0x0c, 2, 1, id, 0x61, 7, 0x0a, 1, 0, 4, 0, 4, 0]);
}

describe('ldapts, with a peer that knows the first exchange', () => {
  it('binds, with a fallback', async () => {
    const peer = await protocolPeer(sequences, answer);
    const connections = connectionsTo({ directory: { tiers: [['127.0.0.1:1'], [peer.address]] } });
    const client = new Client({
      url: 'ldap://directory',
      createConnection: ldapConnection(connections, 'directory'),
    });
    await client.bind('cn=receipts', 'secret');
    expect(client.isConnected).toBe(true);
    await client.unbind();
    expect(String(peer.received[0])).toContain('cn=receipts');
  });

  it('fails with what the manager says', async () => {
    const connections = connectionsTo({ directory: { tiers: [['127.0.0.1:1']] } });
    const createConnection = ldapConnection(connections, 'directory');
    const client = new Client({ url: 'ldap://directory', createConnection });
    await expect(client.bind('cn=receipts', 'secret')).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_CONNECTION_REFUSED',
    });
  });
});
