import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { onTestFinished } from 'vitest';

import { until } from './until.ts';

/** Listens, and stops for good as soon as that is known: nothing is accepted any more. */
const LISTEN = `
  const { parentPort, workerData } = require('node:worker_threads');
  const flags = new Int32Array(workerData);
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => {
      Atomics.store(flags, 0, 1);
      Atomics.wait(flags, 1, 0);
    });
  });`;

/** How long the system has to answer a connection that still has room in the backlog. */
const PATIENCE_MS = 300;

export interface BlackHole {
  readonly port: number;
  close(): Promise<void>;
}

/** A port of the loopback interface whose backlog is full: connecting to it never ends. */
export async function blackHole(): Promise<number> {
  const hole = await openBlackHole();
  onTestFinished(() => hole.close());
  return hole.port;
}

/** The same for several tests, whose owner closes it. */
export async function openBlackHole(): Promise<BlackHole> {
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(LISTEN, { eval: true, workerData: flags.buffer });
  const sockets: Socket[] = [];
  const [port] = (await once(worker, 'message')) as [number];
  await until('the thread has stopped', () => Atomics.load(flags, 0) === 1);
  // Two in a row: one alone may have met a moment in which nothing ran.
  for (let unanswered = 0; unanswered < 2;) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    // oxlint-disable-next-line no-await-in-loop -- until they are not answered
    unanswered = (await isAnswered(socket)) ? 0 : unanswered + 1;
    if (sockets.length > 64) throw new Error('the backlog does not fill');
  }
  return {
    port,
    async close() {
      for (const one of sockets) one.destroy();
      await worker.terminate();
    },
  };
}

async function isAnswered(socket: Socket): Promise<boolean> {
  await Promise.race([once(socket, 'connect'), sleep(PATIENCE_MS)]);
  // What has come while nothing ran is seen in the turn after the timer.
  await turn();
  await turn();
  return !socket.connecting;
}
