import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { Lingering, type LingeringOptions } from '../../lib/common/http/lingering.ts';
import { started } from '../support/loopback.ts';
import { readAll } from '../support/read-all.ts';
import { until } from '../support/until.ts';

const LONG = { pauseMs: 60_000, withinMs: 60_000 };

interface Ending {
  lingering: Lingering;
  port: number;
  ended: Socket[];
}

/** A server that answers at once and ends each connection. */
async function ending(options: LingeringOptions): Promise<Ending> {
  const lingering = new Lingering(options);
  const ended: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined).write('answer');
    ended.push(socket);
    lingering.end(socket);
    lingering.end(socket);
  });
  const { port } = await started(server, ended);
  return { lingering, port, ended };
}

/** A client that has its answer and does not leave. */
async function stayingClient(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  expect(await readAll(socket)).toBe('answer');
  return socket.on('error', () => undefined);
}

describe('Lingering', () => {
  it('R39 lets clients go on sending after their answer, and ends with them', async () => {
    const { lingering, port, ended } = await ending(LONG);
    const client = await stayingClient(port);
    await new Promise<void>((resolve) => client.write(Buffer.alloc(1 << 20), () => resolve()));
    expect(ended[0]?.destroyed).toBe(false);
    client.end();
    const [hadError] = (await once(client, 'close')) as [boolean];
    expect(hadError).toBe(false);
    await until('the end', () => lingering.size === 0);
    expect(ended[0]?.destroyed).toBe(true);
  });

  it('R39 closes the first when there are too many', async () => {
    const { port, ended } = await ending({ ...LONG, maxConnections: 2 });
    for (let count = 1; count <= 4; count++) {
      // oxlint-disable-next-line no-await-in-loop -- their order is what matters
      await stayingClient(port);
      const open = ended.map(({ destroyed }) => !destroyed);
      expect(open).toEqual(Array.from({ length: count }, (_, at) => at >= count - 2));
    }
  });

  it.each([
    ['pauses for too long', { ...LONG, pauseMs: 20 }],
    ['takes too long', { ...LONG, withinMs: 20 }],
  ] as const)('R39 closes a client that %s', async (_what, options) => {
    const { lingering, port } = await ending(options);
    await stayingClient(port);
    await until('the end', () => lingering.size === 0);
    expect(lingering.size).toBe(0);
  });

  it('R39 closes a client that sends too much', async () => {
    const { lingering, port } = await ending({ ...LONG, maxBytes: 10 });
    const client = await stayingClient(port);
    client.write('more than it may');
    await until('the end', () => lingering.size === 0);
    expect(lingering.size).toBe(0);
  });
});
