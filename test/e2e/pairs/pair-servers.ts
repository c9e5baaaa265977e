import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

import { openBlackHole } from '../../support/black-hole.ts';
import { freePort } from '../../support/free-port.ts';
import { isListening } from '../../support/is-listening.ts';
import { echo } from '../../support/loopback.ts';
import { until } from '../../support/until.ts';

/** Whether Redis can be started here. */
export const HAS_REDIS = spawnSync('redis-server', ['--version']).status === 0;

/** What the application asks by name, for several tests. */
export interface PairServers {
  /** The addresses by the names of the services, as the application is told them. */
  readonly addresses: string;
  /** Connections of services that are open now, as their servers see them. */
  readonly open: () => number;
  close(): Promise<void>;
}

export async function startPairServers(): Promise<PairServers> {
  const sockets = new Set<Socket>();
  const echoes = await listen(createServer(echo), sockets);
  const mute = await listen(createServer(ignore), sockets);
  const web = await listen(webServer(), sockets);
  const hole = await openBlackHole();
  const redis = HAS_REDIS ? await startRedis() : undefined;
  const addresses = {
    echo: addressOf(echoes),
    mute: addressOf(mute),
    web: addressOf(web),
    hole: `127.0.0.1:${hole.port}`,
    ...(redis === undefined ? {} : { cache: `127.0.0.1:${redis.port}` }),
  };
  return {
    addresses: JSON.stringify(addresses),
    open: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      for (const server of [echoes, mute, web]) server.close();
      await hole.close();
      await redis?.close();
    },
  };
}

/** Answers with the headers that it got, or never. */
function webServer(): Server {
  return createHttpServer((request, response) => {
    if (request.url === '/headers') response.end(JSON.stringify(request.headers));
  });
}

async function listen(server: Server, sockets: Set<Socket>): Promise<Server> {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', ignore).once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function addressOf(server: Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startRedis(): Promise<{ port: number; close: () => Promise<void> }> {
  const port = await freePort();
  const only = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const redis: ChildProcess = spawn('redis-server', only, { stdio: 'ignore' });
  const exit = once(redis, 'exit');
  await until('Redis', () => isListening(port));
  return {
    port,
    async close() {
      redis.kill('SIGKILL');
      await exit;
    },
  };
}

function ignore(): void {}
