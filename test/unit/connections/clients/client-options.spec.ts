import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';

import { amqpSocketOptions } from '../../../../lib/connections/clients/amqplib.ts';
import { registerGrpcResolver } from '../../../../lib/connections/clients/grpc-js.ts';
import { httpAgent, httpsAgent } from '../../../../lib/connections/clients/http.ts';
import { redisConnector } from '../../../../lib/connections/clients/ioredis.ts';
import { kafkaSocketFactory } from '../../../../lib/connections/clients/kafkajs.ts';
import { LazySocket } from '../../../../lib/connections/clients/lazy-socket.ts';
import { natsConnect } from '../../../../lib/connections/clients/nats.ts';
import { relay } from '../../../../lib/connections/clients/relay.ts';
import { lazySocket } from '../../../../lib/connections/clients/sockets.ts';
import { serviceDispatcher } from '../../../../lib/connections/clients/undici.ts';
import { startConnections } from '../../../support/connections-lab.ts';

function connections() {
  return startConnections({ services: { x: { tiers: '127.0.0.1:1' } } }).manager;
}

/** Options of any type, as from JavaScript. */
type Given = never;

describe('Options of clients', () => {
  it.each([
    [{ tlsby: 'client' }, 'lazySocket.tlsby is not an option. Known: tlsBy, isShared'],
    [{ tlsBy: 'server' }, "lazySocket.tlsBy must be one of 'service', 'client'. Received 'server'"],
    [{ isShared: 'no' }, "lazySocket.isShared must be true or false. Received 'no'"],
    [null, 'lazySocket must be an object. Received null'],
  ])('are checked by lazySocket: %j', (options, message) => {
    expect(() => lazySocket(connections(), 'x', options as Given)).toThrow(message);
  });

  it.each([
    [{ tlsBy: 'client' }, 'relay.tlsBy is not an option. Known: tls.'],
    [{ tls: 'client' }, "relay.tls must be one of 'service', 'none'. Received 'client'"],
  ])('are checked by relay: %j', async (options, message) => {
    await expect(relay(connections(), 'x', options as Given)).rejects.toThrow(message);
  });

  it('are checked by amqpSocketOptions', async () => {
    const made = amqpSocketOptions(connections(), 'x', { tls: true } as Given);
    await expect(made).rejects.toThrow('amqpSocketOptions.tls is not an option. Known: tlsBy.');
  });

  it.each([
    [{ maxSocket: 1 }, 'httpAgent.maxSocket is not an option'],
    [{ maxSockets: 0 }, 'httpAgent.maxSockets must be a whole number from 1'],
    [{ keepAlive: 1 }, 'httpAgent.keepAlive must be true or false. Received 1'],
    [{ host: 'other' }, 'httpAgent.host is not an option'],
    [{ scheduling: 'random' }, "httpAgent.scheduling must be one of 'fifo', 'lifo'"],
  ])('are checked by httpAgent: %j', (options, message) => {
    expect(() => httpAgent(connections(), 'x', options as Given)).toThrow(message);
  });

  it.each([
    [{ maxSockets: '1' }, "httpsAgent.maxSockets must be a number. Received '1'"],
    [{ host: 'other' }, 'httpsAgent sets host itself, for the service: leave it out.'],
    ['none', 'The options of httpsAgent must be an object'],
  ])('are checked by httpsAgent: %j', (options, message) => {
    expect(() => httpsAgent(connections(), 'x', options as Given)).toThrow(message);
  });

  it('reach the agent of Node, with those of TLS', () => {
    const agent = httpsAgent(connections(), 'x', { maxSockets: 3, ca: 'CA', keepAlive: false });
    onTestFinished(() => agent.destroy());
    expect(agent.maxSockets).toBe(3);
    expect(agent.options).toMatchObject({ ca: 'CA', keepAlive: false });
    const plain = httpAgent(connections(), 'x', { maxTotalSockets: Infinity });
    onTestFinished(() => plain.destroy());
    expect(plain).toMatchObject({
      maxTotalSockets: Infinity,
      maxFreeSockets: 256,
      keepAlive: true,
    });
  });

  it.each([
    [{ connect: {} }, 'serviceDispatcher sets connect itself, for the service: leave it out.'],
    [{ factory: () => undefined }, 'serviceDispatcher sets factory itself'],
    [5, 'The options of serviceDispatcher must be an object'],
  ])('are checked by serviceDispatcher: %j', (options, message) => {
    expect(() => serviceDispatcher(connections(), options as Given)).toThrow(message);
  });

  it.each(['servers', 'port', 'resolve', 'ignoreClusterUpdates'])(
    'may not set "%s" of natsConnect, which is the service’s',
    async (key) => {
      const made = natsConnect(connections(), 'x', { [key]: 1 });
      await expect(made).rejects.toThrow(`natsConnect sets ${key} itself`);
    },
  );

  it.each(['Service', '', '2nd', 5])(
    'may not set %j as the scheme of registerGrpcResolver',
    (scheme) => {
      expect(() => registerGrpcResolver(connections(), scheme as Given)).toThrow(
        'The scheme of registerGrpcResolver must be a URI scheme in lower case',
      );
    },
  );

  it('must be functions where clients call them', () => {
    expect(() => kafkaSocketFactory(connections(), 'kafka' as Given)).toThrow(
      "The serviceOf of kafkaSocketFactory must be a function. Received 'kafka'",
    );
    expect(() => new LazySocket('x' as Given)).toThrow('The dial of LazySocket must be a function');
  });

  it('may not set TLS of ioredis, which would not use it', () => {
    const Connector = redisConnector(connections(), 'x');
    const create = (tls: { tls?: object }) => new Redis({ Connector, lazyConnect: true, ...tls });
    expect(() => create({ tls: {} })).toThrow(
      'redisConnector takes TLS from the service: set tls of "x"',
    );
    create({}).disconnect();
  });
});
