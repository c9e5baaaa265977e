import type { Agent as HttpAgent } from 'node:http';
import { connect, type LookupFunction, type Socket } from 'node:net';

import { experimental } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { amqpSocketOptions } from '../../../../lib/connections/clients/amqplib.ts';
import { registerGrpcResolver } from '../../../../lib/connections/clients/grpc-js.ts';
import { httpAgent, httpsAgent } from '../../../../lib/connections/clients/http.ts';
import { redisConnector } from '../../../../lib/connections/clients/ioredis.ts';
import { kafkaSocketFactory } from '../../../../lib/connections/clients/kafkajs.ts';
import { ldapConnection } from '../../../../lib/connections/clients/ldapts.ts';
import { serviceLookup } from '../../../../lib/connections/clients/lookup.ts';
import { mariadbStream } from '../../../../lib/connections/clients/mariadb.ts';
import { mqttStream } from '../../../../lib/connections/clients/mqtt.ts';
import { mysql2Stream } from '../../../../lib/connections/clients/mysql2.ts';
import { natsConnect } from '../../../../lib/connections/clients/nats.ts';
import { mailSocket } from '../../../../lib/connections/clients/nodemailer.ts';
import { pgStream } from '../../../../lib/connections/clients/pg.ts';
import { lazySocket } from '../../../../lib/connections/clients/sockets.ts';
import { tediousConnector } from '../../../../lib/connections/clients/tedious.ts';
import { serviceConnector } from '../../../../lib/connections/clients/undici.ts';
import type { Dialer, ServiceDescription } from '../../../../lib/connections/dialer.ts';
import { Context } from '../../../../lib/context/context.ts';
import type { RequestContext } from '../../../../lib/context/request-context.ts';

const DESCRIPTION: ServiceDescription = {
  name: 'x',
  tls: undefined,
  propagate: { trace: false, remainingTime: false },
  address: { host: 'x.example', port: 1, path: undefined },
  connectTimeoutMs: 1_000,
  readTimeoutMs: 1_000,
  maxConnections: 10,
};

/** Dials nowhere, and knows in which requests it was asked to. */
class Nowhere implements Dialer {
  readonly asked: (RequestContext | undefined)[] = [];

  connect = (): Promise<Socket> => this.#refuse();

  resolve = (): Promise<never> => this.#refuse();

  describe(): ServiceDescription {
    return DESCRIPTION;
  }

  #refuse(): Promise<never> {
    this.asked.push(Context.current());
    return Promise.reject(new Error('nowhere'));
  }
}

type Use = (dialer: Dialer) => unknown;

const ignore = (): void => undefined;

function quiet(socket: Socket): Socket {
  return socket.on('error', ignore);
}

/** Lets an agent open a socket, as for a request. */
function openBy(agent: HttpAgent): void {
  const opening = agent as unknown as { createConnection(options: object, done: () => void): void };
  opening.createConnection({}, ignore);
}

async function connectTo(path: string): Promise<void> {
  await closed(quiet(connect(path)));
}

/** Also after an error. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

let schemes = 0;

function resolveByGrpc(dialer: Dialer): void {
  const scheme = `scopes${++schemes}`;
  registerGrpcResolver(dialer, scheme);
  const target = { scheme, path: 'x' };
  const resolver = experimental.createResolver(target, () => true, {});
  resolver.updateResolution();
  onTestFinished(() => resolver.destroy());
}

/** Clients that connect for the request in which they are called. */
const OF_REQUESTS: Record<string, Use> = {
  pg: (dialer) => quiet(pgStream(dialer, 'x')().connect()),
  mysql2: (dialer) => quiet(mysql2Stream(dialer, 'x')()),
  nodemailer: (dialer) => mailSocket(dialer, 'x')({}, ignore),
  tedious: (dialer) => tediousConnector(dialer, 'x')().catch(ignore),
  undici: (dialer) =>
    serviceConnector(dialer)({ hostname: 'x', protocol: 'http:', port: '1' }, ignore),
  'undici with TLS': (dialer) =>
    serviceConnector(dialer)({ hostname: 'x', protocol: 'https:', port: '1' }, ignore),
  'an agent': (dialer) => openBy(httpAgent(dialer, 'x')),
  'an agent with TLS': (dialer) => openBy(httpsAgent(dialer, 'x')),
  'a lazy socket': (dialer) => quiet(lazySocket(dialer, 'x')),
};

/** Those that keep a connection for all, or make some in a loop of their own. */
const OF_ALL: Record<string, Use> = {
  ioredis: async (dialer) => {
    const Connector = redisConnector(dialer, 'x');
    quiet(await new Connector({ disconnectTimeout: 1 }).connect(ignore));
  },
  nats: (dialer) => natsConnect(dialer, 'x', { reconnect: false }).catch(ignore),
  mqtt: (dialer) => quiet(mqttStream(dialer, 'x')()),
  kafkajs: (dialer) => quiet(kafkaSocketFactory(dialer)({ host: 'x', port: 1, onConnect: ignore })),
  'kafkajs with TLS': (dialer) =>
    quiet(kafkaSocketFactory(dialer)({ host: 'x', port: 1, ssl: true, onConnect: ignore })),
  ldapts: (dialer) => quiet(ldapConnection(dialer, 'x')()),
  mariadb: (dialer) => mariadbStream(dialer, 'x')(ignore),
  amqplib: async (dialer) => {
    const socketOptions = await amqpSocketOptions(dialer, 'x');
    onTestFinished(() => socketOptions.close());
    await connectTo(socketOptions.path);
  },
  lookup: (dialer) => {
    const lookup: LookupFunction = serviceLookup(dialer, 'x');
    lookup('x', {}, ignore);
  },
  'grpc-js': resolveByGrpc,
  'a shared lazy socket': (dialer) => quiet(lazySocket(dialer, 'x', { isShared: true })),
};

/** Where the dialer was asked first. */
async function askedIn(use: Use): Promise<RequestContext | undefined> {
  const dialer = new Nowhere();
  await use(dialer);
  await vi.waitUntil(() => dialer.asked.length > 0, { timeout: 10_000 });
  return dialer.asked[0];
}

describe('R35 a client that is used in a request', () => {
  it.each(Object.entries(OF_REQUESTS))('connects in it while it lasts: %s', async (_name, use) => {
    const [own, asked] = await Context.run({ deadlineMs: 60_000 }, async (context) => {
      return [context, await askedIn(use)];
    });
    expect(asked).toBe(own);
  });

  it.each(Object.entries(OF_REQUESTS))(
    'connects in none when it is over: %s',
    async (_name, use) => {
      const after = Promise.withResolvers<void>();
      const { asking } = Context.run({ deadlineMs: 60_000 }, () => ({
        asking: after.promise.then(() => askedIn(use)),
      }));
      after.resolve();
      expect(await asking).toBeUndefined();
    },
  );

  it.each(Object.entries(OF_REQUESTS))(
    'connects in none after its time: %s',
    async (_name, use) => {
      const asked = await Context.run({ deadlineMs: 0 }, () => askedIn(use));
      expect(asked).toBeUndefined();
    },
  );

  it.each(Object.entries(OF_ALL))(
    'connects in none, being all requests’: %s',
    async (_name, use) => {
      const asked = await Context.run({ deadlineMs: 60_000 }, () => askedIn(use));
      expect(asked).toBeUndefined();
    },
  );

  it('plans its next try in no request', async () => {
    const seen: (RequestContext | undefined)[] = [];
    await Context.run({}, async () => {
      const Connector = redisConnector(new Nowhere(), 'x');
      const socket = await new Connector({ disconnectTimeout: 1 }).connect(ignore);
      expect(socket.connecting).toBe(true);
      socket.on('error', () => seen.push(Context.current()));
      await closed(socket.on('close', () => seen.push(Context.current())));
      const lazy = quiet(lazySocket(new Nowhere(), 'x'));
      lazy.on('close', () => seen.push(Context.current()));
      await closed(lazy.destroy());
    });
    expect(seen).toEqual([undefined, undefined, undefined]);
  });
});
