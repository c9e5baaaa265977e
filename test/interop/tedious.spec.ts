import { once } from 'node:events';

import { tediousConnector } from 'nestjs-buttress/clients/tedious';
import { Connection } from 'tedious';
import { describe, expect, it } from 'vitest';

import { connectionsTo } from './support/connections.ts';
import { lengthPrefixed, protocolPeer } from './support/protocol-peer.ts';

const PRELOGIN = 0x12;
const LOGIN7 = 0x10;
const ANSWER = 0x04;

/** Type, status, length with this header, and four bytes more. */
const packets = lengthPrefixed((bytes) => bytes.readUInt16BE(2), { header: 8, overhead: 0 });

function packet(body: Buffer): Buffer {
  const header = Buffer.from([ANSWER, 1, 0, 0, 0, 0, 1, 0]);
  header.writeUInt16BE(header.length + body.length, 2);
  return Buffer.concat([header, body]);
}

/** Version 16, and encryption that is not there. */
const PRELOGIN_ANSWER = Buffer.from('00000b00060100110001ff10000000000002', 'hex');

const DONE = Buffer.from([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/** `LOGINACK` of TDS 7.4 by a server without a name. */
const LOGIN_ACK = Buffer.from([0xad, 10, 0, 1, 0x74, 0, 0, 4, 0, 16, 0, 0, 0]);

function answer(message: Buffer): Buffer {
  if (message[0] === PRELOGIN) return packet(PRELOGIN_ANSWER);
  return packet(message[0] === LOGIN7 ? Buffer.concat([LOGIN_ACK, DONE]) : DONE);
}

function connection(addresses: string[][]): Connection {
  const connections = connectionsTo({ db: { tiers: addresses } });
  return new Connection({
    server: 'db',
    authentication: { type: 'default', options: { userName: 'receipts', password: 'secret' } },
    options: {
      connector: tediousConnector(connections, 'db'),
      encrypt: false,
      connectTimeout: 5_000,
    },
  });
}

describe('tedious, with a peer that knows the login', () => {
  it('logs in, with a fallback', async () => {
    const peer = await protocolPeer(packets, answer);
    const client = connection([['127.0.0.1:1'], [peer.address]]);
    client.connect();
    const [error] = (await once(client, 'connect')) as [Error | undefined];
    expect(error).toBeUndefined();
    expect(peer.received.map(([type]) => type).slice(0, 2)).toEqual([PRELOGIN, LOGIN7]);
    client.close();
    await once(client, 'end');
  });

  it('fails with what the manager says', async () => {
    const failure = await new Promise<Error | undefined>((resolve) => {
      connection([['127.0.0.1:1']]).connect(resolve);
    });
    expect(failure?.cause).toMatchObject({ code: 'ERR_BUTTRESS_CONNECTION_REFUSED' });
  });
});
