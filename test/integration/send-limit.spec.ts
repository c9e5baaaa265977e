import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { limitSending } from '../../lib/common/http/send-timeout.ts';
import { requestText } from '../support/raw-connection.ts';
import { until } from '../support/until.ts';

/** More than the buffers of sockets take. */
const MUCH = Buffer.alloc(64 << 20);

const LIMIT_MS = 400;

async function start(answer: RequestListener): Promise<Server> {
  const server = createServer(answer);
  limitSending(server, LIMIT_MS);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await listening(server);
  return server;
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

/** A client that reads nothing of its answer. */
function silentClient(server: Server): Socket {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.pause().on('error', () => undefined);
  client.write(requestText('/', 'close'));
  onTestFinished(() => void client.destroy());
  return client;
}

/** Resolves when a client that reads nothing is cut off. */
async function cutOff(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.once('connection', (socket) => socket.once('close', () => resolve()));
  });
  silentClient(server);
  await closed;
}

describe('The limit of sending', () => {
  it('R3 holds again for a server that was closed and listens anew.', async () => {
    const server = await start((_, response) => response.end(MUCH));
    await cutOff(server);
    await new Promise((resolve) => server.close(resolve));
    await listening(server);
    await expect(cutOff(server)).resolves.toBeUndefined();
  });

  it('R3 leaves the answer of the application at its own limit.', async () => {
    const server = await start((_, response) => {
      response.setTimeout(50, () => {
        response.statusCode = 503;
        response.end('late');
      });
    });
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect([answer.status, await answer.text()]).toEqual([503, 'late']);
  });

  it('leaves a limit that the application gives a response as it is.', async () => {
    let fired = 0;
    const server = await start((_, response) => {
      response.setTimeout(20 * LIMIT_MS, () => fired++);
      response.end(MUCH);
    });
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    silentClient(server);
    const [socket] = await accepted;
    const startedAt = performance.now();
    await until('a time longer than our limit', () => performance.now() - startedAt > 3 * LIMIT_MS);
    expect([fired, socket.timeout, socket.destroyed]).toEqual([0, 20 * LIMIT_MS, false]);
  });
});
