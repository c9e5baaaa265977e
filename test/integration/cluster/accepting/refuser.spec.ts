import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { Refuser } from '../../../../lib/cluster/accepting/refuse.ts';
import { started } from '../../../support/loopback.ts';
import { readAll } from '../../../support/read-all.ts';

const LONG_MS = 60_000;
const LONG = { pauseMs: LONG_MS, withinMs: LONG_MS };

/** A server that refuses everybody, and what it refused. */
async function refusing(refuser: Refuser): Promise<{ port: number; refused: Socket[] }> {
  const refused: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    refused.push(socket);
    refuser.refuse(socket);
  });
  const { port } = await started(server, refused);
  return { port, refused };
}

/** A client that reads its answer and does not leave. */
async function stayingClient(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  return readAll(socket);
}

async function untilClosed(socket: Socket | undefined): Promise<void> {
  if (socket?.closed === false) await once(socket, 'close');
  expect(socket?.destroyed).toBe(true);
}

describe('Refuser', () => {
  it('lets every client read the refusal, and closes those first that came first', async () => {
    const refuser = new Refuser({ maxLingering: 2, random: () => 0.5, limits: LONG });
    const { port, refused } = await refusing(refuser);
    for (let count = 1; count <= 4; count++) {
      // oxlint-disable-next-line no-await-in-loop -- their order is what matters
      const answer = await stayingClient(port);
      expect(answer).toMatch(/^HTTP\/1\.1 503 .*\r\nRetry-After: 2\r\n/u);
      const open = refused.map(({ destroyed }) => !destroyed);
      expect(open).toEqual(Array.from({ length: count }, (_, at) => at >= count - 2));
    }
  });

  it('R43: gives the reason as a problem, as every refusal does', async () => {
    const refuser = new Refuser({ maxLingering: 9, random: () => 0, limits: LONG });
    const { port } = await refusing(refuser);
    const [head = '', body = ''] = (await stayingClient(port)).split('\r\n\r\n');
    expect(head).toContain('Content-Type: application/problem+json; charset=utf-8');
    expect(head).toContain(`Content-Length: ${body.length}`);
    expect(JSON.parse(body)).toEqual({
      title: 'Service Unavailable',
      status: 503,
      detail: 'The service cannot answer now. Try again shortly.',
      code: 'ERR_BUTTRESS_CLUSTER_REFUSED',
    });
  });

  it('closes a client that never leaves', async () => {
    const refuser = new Refuser({
      maxLingering: 9,
      random: () => 0,
      limits: { ...LONG, pauseMs: 20 },
    });
    const { port, refused } = await refusing(refuser);
    await stayingClient(port);
    await untilClosed(refused[0]);
    expect(refused).toHaveLength(1);
  });

  it('closes a client that goes on sending', async () => {
    const limits = { ...LONG, maxBytes: 10 };
    const refuser = new Refuser({ maxLingering: 9, random: () => 0, limits });
    const { port, refused } = await refusing(refuser);
    const sender = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void sender.destroy());
    await once(sender, 'connect');
    sender.on('error', () => undefined).write('more than it may send');
    await once(sender, 'data');
    await untilClosed(refused[0]);
    expect(refused).toHaveLength(1);
  });

  it('makes room when a client leaves', async () => {
    const refuser = new Refuser({ maxLingering: 1, random: () => 0, limits: LONG });
    const { port, refused } = await refusing(refuser);
    const leaving = connect({ port, host: '127.0.0.1' });
    await readAll(leaving);
    await untilClosed(refused[0]);
    await stayingClient(port);
    expect(refused.map(({ destroyed }) => destroyed)).toEqual([true, false]);
  });
});
