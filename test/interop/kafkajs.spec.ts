import { Kafka, logLevel } from 'kafkajs';
import { kafkaSocketFactory } from 'nestjs-buttress/clients/kafkajs';
import { describe, expect, it } from 'vitest';

import { connectionsTo } from './support/connections.ts';
import { lengthPrefixed, protocolPeer } from './support/protocol-peer.ts';

const API_VERSIONS = 18;

/** Size, API, version, correlation: what a request begins with. */
const sized = lengthPrefixed((bytes) => bytes.readInt32BE(0), { header: 4, overhead: 4 });

/** Says that it knows the question for versions, in version 0 and 1, and no other. */
function answer(request: Buffer): Buffer | undefined {
  if (request.readInt16BE(4) !== API_VERSIONS) return undefined;
  const version = request.readInt16BE(6);
  const body = Buffer.alloc(20);
  request.copy(body, 4, 8, 12);
  body.writeInt32BE(1, 10);
  body.writeInt16BE(API_VERSIONS, 14);
  body.writeInt16BE(1, 18);
  const whole = version === 0 ? body : Buffer.concat([body, Buffer.alloc(4)]);
  whole.writeInt32BE(whole.length - 4, 0);
  return whole;
}

function kafkaAt(addresses: string[][]): Kafka {
  const connections = connectionsTo({ 'broker-1': { tiers: addresses } });
  return new Kafka({
    brokers: ['kafka.internal:9092'],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    retry: { retries: 0 },
    socketFactory: kafkaSocketFactory(connections, () => 'broker-1'),
  });
}

describe('kafkajs, with a peer that knows the first exchange', () => {
  it('connects to the service of a broker, and asks for versions', async () => {
    const peer = await protocolPeer(sized, answer);
    const admin = kafkaAt([['127.0.0.1:1'], [peer.address]]).admin();
    await admin.connect();
    expect(peer.received[0]?.readInt16BE(4)).toBe(API_VERSIONS);
    await admin.disconnect();
  });

  it('fails with what the manager says', async () => {
    await expect(
      kafkaAt([['127.0.0.1:1']])
        .admin()
        .connect(),
    ).rejects.toMatchObject({
      message: expect.stringContaining('refused'),
    });
  });
});
