import type { Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import { Context } from 'nestjs-buttress';
import { BufferedSocket } from 'nestjs-buttress/buffered-socket';
import { describe, expect, it } from 'vitest';

import { CERTIFICATE, KEY } from '../../fixtures/self-signed.ts';
import { type ConnectionsLab, startConnections } from '../../support/connections-lab.ts';
import { listenOnLoopback, type Loopback, started } from '../../support/loopback.ts';
import { until } from '../../support/until.ts';

const SERVICE = 'lines';

/** A server of lines: says each one again, two of them for one that begins with `twice`. */
function answerLines(socket: Socket): void {
  let unread = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${unread}${text}`.split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) {
      const answer = `said ${line}\n`;
      socket.write(line.startsWith('twice') ? answer.repeat(2) : answer);
    }
  });
}

interface LineService extends ConnectionsLab {
  loopback: Loopback;
}

async function overTcp(): Promise<LineService> {
  const loopback = await listenOnLoopback(answerLines);
  return {
    ...startConnections({ services: { [SERVICE]: { tiers: loopback.address } } }),
    loopback,
  };
}

async function overTls(): Promise<LineService> {
  const sockets: Socket[] = [];
  const server = createTlsServer({ key: KEY, cert: CERTIFICATE }, (socket) => {
    sockets.push(socket.on('error', () => undefined));
    answerLines(socket);
  });
  const loopback = await started(server, sockets);
  const tls = { ca: CERTIFICATE, servername: 'localhost' };
  const services = { [SERVICE]: { tiers: loopback.address, tls } };
  return { ...startConnections({ services }), loopback };
}

async function ask(socket: BufferedSocket<Socket>, line: string): Promise<string> {
  await socket.write(`${line}\n`);
  return String(await socket.readUntil('\n'));
}

/** A whole conversation, after which the socket is as it was before. */
async function converse(raw: Socket, line: string): Promise<string> {
  const socket = new BufferedSocket(raw);
  const answer = await ask(socket, line);
  socket.detach();
  return answer;
}

const kinds = { TCP: overTcp, TLS: overTls } as const;

describe.each(Object.entries(kinds))('over %s', (_kind, start) => {
  it('R9 A BufferedSocket reads and writes on a connection that was made for the caller.', async () => {
    const { manager } = await start();
    await using socket = new BufferedSocket(await manager.connect(SERVICE));
    expect(await ask(socket, 'one')).toBe('said one');
    expect(await ask(socket, 'two')).toBe('said two');
  });

  it('R9 A BufferedSocket reads and writes on a lease, which ends with its block.', async () => {
    const { manager, service } = await start();
    const talk = async (): Promise<Socket> => {
      using lease = await manager.acquire(SERVICE);
      const socket = new BufferedSocket(lease.socket);
      expect(await ask(socket, 'one')).toBe('said one');
      expect(await ask(socket, 'two')).toBe('said two');
      return lease.socket;
    };
    const raw = await talk();
    expect(raw.destroyed).toBe(true);
    expect(service(SERVICE).leases).toMatchObject({ leased: 1, destroyed: 1, held: 0 });
  });

  it('R9 A BufferedSocket serves work that is run, and leaves the connection to the next work.', async () => {
    const { manager, loopback, service } = await start();
    for (const line of ['one', 'two', 'three']) {
      // oxlint-disable-next-line no-await-in-loop -- one conversation after the other
      const answer = await manager.run(SERVICE, ({ socket }) => converse(socket, line));
      expect(answer).toBe(`said ${line}`);
    }
    expect(loopback.sockets).toHaveLength(1);
    expect(service(SERVICE).leases).toMatchObject({ leased: 3, released: 3, broken: 0 });
  });

  it('R9 A BufferedSocket uses a pooled connection again from which another one was detached.', async () => {
    const { manager, loopback } = await start();
    const ports = new Set<number | undefined>();
    for (const line of ['one', 'two', 'three', 'four']) {
      // oxlint-disable-next-line no-await-in-loop -- one conversation after the other
      using lease = await manager.acquire(SERVICE);
      ports.add(lease.socket.localPort);
      // oxlint-disable-next-line no-await-in-loop -- likewise
      expect(await converse(lease.socket, line)).toBe(`said ${line}`);
      lease.release();
      expect(lease.socket.destroyed).toBe(false);
    }
    expect(ports.size).toBe(1);
    expect(loopback.sockets).toHaveLength(1);
  });

  it('R9 A BufferedSocket uses a pooled connection from which nobody has read before.', async () => {
    const { manager, loopback } = await start();
    (await manager.acquire(SERVICE)).release();
    using lease = await manager.acquire(SERVICE);
    expect(await converse(lease.socket, 'late')).toBe('said late');
    lease.release();
    expect(loopback.sockets).toHaveLength(1);
  });

  it('R9 A connection that is released with unread bytes is closed, and nobody else meets them.', async () => {
    const { manager, loopback } = await start();
    const lease = await manager.acquire(SERVICE);
    const socket = new BufferedSocket(lease.socket);
    expect(await ask(socket, 'twice')).toBe('said twice');
    await socket.peek('said twice\n'.length);
    socket.detach();
    lease.release();
    expect(lease.socket.destroyed).toBe(true);
    using next = await manager.acquire(SERVICE);
    expect(await converse(next.socket, 'other')).toBe('said other');
    expect(loopback.sockets).toHaveLength(2);
  });

  it('R9 A connection that is released while one still reads from it is closed.', async () => {
    const { manager, loopback } = await start();
    const lease = await manager.acquire(SERVICE);
    const socket = new BufferedSocket(lease.socket);
    expect(await ask(socket, 'one')).toBe('said one');
    lease.release();
    expect(lease.socket.destroyed).toBe(true);
    using next = await manager.acquire(SERVICE);
    expect(await converse(next.socket, 'two')).toBe('said two');
    expect(loopback.sockets).toHaveLength(2);
  });
});

describe('the first byte of a service', () => {
  it('R9 The first byte of a service is timed also when a BufferedSocket reads it.', async () => {
    const { manager } = await overTcp();
    await Context.run({}, async ({ timings }) => {
      await manager.run(SERVICE, ({ socket }) => converse(socket, 'one'));
      expect(timings.snapshot()).toMatchObject({ [`${SERVICE}.firstByte`]: { count: 1 } });
    });
  });

  it('R9 The first byte of a service is limited also when a BufferedSocket waits for it.', async () => {
    const loopback = await listenOnLoopback((socket) => void socket.resume());
    const { manager, service } = startConnections({
      services: { [SERVICE]: { tiers: loopback.address, timeouts: { firstByteMs: 100 } } },
    });
    const silent = manager.run(SERVICE, ({ socket }) => converse(socket, 'anybody?'));
    await expect(silent).rejects.toMatchObject({ failure: 'READ_TIMEOUT' });
    await until('the lease is back', () => service(SERVICE).leases.held === 0);
  });
});

describe('a socket that somebody else reads', () => {
  it('R9 A BufferedSocket still refuses a pooled socket that somebody else reads.', async () => {
    const { manager } = await overTcp();
    using lease = await manager.acquire(SERVICE);
    lease.socket.on('data', () => undefined);
    expect(() => new BufferedSocket(lease.socket)).toThrow('socket already has a reader');
    using other = await manager.acquire(SERVICE);
    const first = new BufferedSocket(other.socket);
    expect(() => new BufferedSocket(other.socket)).toThrow('socket already has a reader');
    first.destroy();
  });
});
