import 'reflect-metadata';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { ConnectionManager, Context } from 'nestjs-buttress';
import { redisConnector } from 'nestjs-buttress/clients/ioredis';
import { pgStream } from 'nestjs-buttress/clients/pg';
import { serviceDispatcher } from 'nestjs-buttress/clients/undici';
import { ConnectionsModule } from 'nestjs-buttress/connections';
import { Client, type ClientConfig } from 'pg';
import { Agent, type Dispatcher, request } from 'undici';

/** What the process is asked for; it answers with microseconds of its CPU time per operation. */
export interface Order {
  client: 'undici' | 'pg' | 'redis';
  side: 'ours' | 'raw';
  calls: number;
}

type Operation = () => Promise<unknown>;

const POSTGRES = { host: '127.0.0.1', port: 5_432 };
const REDIS = { host: '127.0.0.1', port: 6_379 };
const KEY = 'buttress:bench';

const PEER = fileURLToPath(new URL('./http-peer.entry.ts', import.meta.url));

/**
 * Queries at once, each on a connection of its own. One alone measures on which core the system has
 * put its server process: then the client sleeps for each answer, or for none, and one side costs
 * two or three times as much as the other for as long as they live, whichever it is.
 */
const QUERIES_AT_ONCE = 8;

/** A request has so much time, in milliseconds. */
const DEADLINE_MS = 60_000;

process.once('disconnect', () => process.exit(0));

const port = await startPeer();
const connections = await connectionsTo({
  http: `127.0.0.1:${port}`,
  db: `${POSTGRES.host}:${POSTGRES.port}`,
  cache: `${REDIS.host}:${REDIS.port}`,
});

/** All in one process: two processes of the same code differ by more than what is compared. */
const operations: Record<Order['client'], Record<Order['side'], Operation>> = {
  undici: {
    ours: fetching('http://http/', serviceDispatcher(connections)),
    raw: fetching(`http://127.0.0.1:${port}/`, new Agent()),
  },
  pg: {
    ours: await selecting(() => ({ stream: pgStream(connections, 'db') })),
    raw: await selecting(() => POSTGRES),
  },
  redis: {
    ours: await getting(new Redis({ Connector: redisConnector(connections, 'cache') })),
    raw: await getting(new Redis(REDIS)),
  },
};

process.on('message', (order: Order) => void carryOut(order));
process.send?.('ready');

/** In a request, as calls are made: what the dispatcher does for one is counted. */
async function carryOut({ client, side, calls }: Order): Promise<void> {
  const operation = operations[client][side];
  const before = process.cpuUsage();
  await Context.run({ deadlineMs: DEADLINE_MS }, async () => {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is what is measured
    for (let call = 0; call < calls; call++) await operation();
  });
  const { user, system } = process.cpuUsage(before);
  process.send?.((user + system) / (calls * (client === 'pg' ? QUERIES_AT_ONCE : 1)));
}

function fetching(url: string, dispatcher: Dispatcher): Operation {
  return async () => (await request(url, { dispatcher })).body.text();
}

async function selecting(config: () => ClientConfig): Promise<Operation> {
  const clients = Array.from({ length: QUERIES_AT_ONCE }, () => {
    return new Client({ ...config(), user: 'postgres', database: 'test' });
  });
  await Promise.all(clients.map((client) => client.connect()));
  return () => Promise.all(clients.map((client) => client.query('select 1')));
}

async function getting(redis: Redis): Promise<Operation> {
  await redis.set(KEY, 'value');
  return () => redis.get(KEY);
}

async function startPeer(): Promise<number> {
  const peer = fork(PEER, { execArgv: [] });
  process.once('exit', () => peer.kill());
  const [listening] = (await once(peer, 'message')) as [number];
  return listening;
}

async function connectionsTo(addresses: Record<string, string>): Promise<ConnectionManager> {
  const services = Object.fromEntries(
    Object.entries(addresses).map(([name, address]) => [name, { tiers: [[address]] }]),
  );
  const module = ConnectionsModule.forRoot({ services });
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  return app.get(ConnectionManager);
}
