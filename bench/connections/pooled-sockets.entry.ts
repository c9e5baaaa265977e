import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

import { NestFactory } from '@nestjs/core';
import { createPool } from 'generic-pool';
import { ConnectionManager } from 'nestjs-buttress';
import { ConnectionsModule } from 'nestjs-buttress/connections';

import type { Pair } from '../support/pairs.ts';

/** One round of each way to use a pool, ours and the peer's in turn. */
export type PooledRound = Record<'one-at-a-time' | 'ten-at-once', Pair>;

const OPERATIONS = 100_000;
const ROUNDS = 7;
const AT_ONCE = 10;

/** Takes a socket and gives it back. */
type Operation = () => Promise<void>;

const server = createServer((socket) => socket.on('error', () => undefined));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const options = {
  services: { x: { tiers: `127.0.0.1:${port}`, maxConnections: AT_ONCE } },
};
const app = await NestFactory.createApplicationContext(ConnectionsModule.forRoot(options), {
  logger: false,
});
const manager = app.get(ConnectionManager);

const theirs = createPool<Socket>(
  {
    create: async () => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    },
    destroy: async (socket) => void socket.destroy(),
    // Ours looks at each socket before it is lent, too.
    validate: async (socket) => !socket.destroyed && socket.readableLength === 0,
  },
  { max: AT_ONCE, min: 0, testOnBorrow: true, fifo: false, idleTimeoutMillis: 4_000 },
);

const ours: Operation = async () => {
  (await manager.acquire('x')).release();
};

const peer: Operation = async () => {
  await theirs.release(await theirs.acquire());
};

/** Microseconds of CPU time per operation. */
async function cost(operation: Operation, atOnce: number): Promise<number> {
  const before = process.cpuUsage();
  for (let done = 0; done < OPERATIONS; done += atOnce) {
    // oxlint-disable-next-line no-await-in-loop -- so many at once, and no more
    await Promise.all(Array.from({ length: atOnce }, operation));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / OPERATIONS;
}

async function pair(atOnce: number, isOursFirst: boolean): Promise<Pair> {
  const first = await cost(isOursFirst ? ours : peer, atOnce);
  const second = await cost(isOursFirst ? peer : ours, atOnce);
  return isOursFirst ? { ours: first, peer: second } : { ours: second, peer: first };
}

const rounds: PooledRound[] = [];
for (let round = -2; round < ROUNDS; round++) {
  const isOursFirst = round % 2 === 0;
  // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
  const one = await pair(1, isOursFirst);
  // oxlint-disable-next-line no-await-in-loop -- likewise
  const ten = await pair(AT_ONCE, isOursFirst);
  // The first two are for warming up.
  if (round >= 0) rounds.push({ 'one-at-a-time': one, 'ten-at-once': ten });
}
process.send?.(rounds);
await theirs.drain();
await theirs.clear();
await app.close();
server.close();
