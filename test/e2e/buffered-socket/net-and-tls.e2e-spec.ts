import { once } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';

import { BufferedSocket, NetstringSocket } from 'nestjs-buttress/buffered-socket';
import { describe, expect, it, onTestFinished } from 'vitest';

import { CERTIFICATE, KEY } from '../../fixtures/self-signed.ts';
import { until } from '../../support/until.ts';
import { connected, listen } from './sockets.ts';

async function overTcp(serve: (socket: Socket) => void): Promise<BufferedSocket<Socket>> {
  return connected(await listen(serve));
}

async function overTls(serve: (socket: TLSSocket) => void): Promise<BufferedSocket<Socket>> {
  const server: Server = createTlsServer(
    { key: KEY, cert: CERTIFICATE, allowHalfOpen: true },
    (socket) => {
      serve(socket.on('error', () => undefined));
    },
  );
  const port = await listen(server);
  const raw = connectTls({ port, host: '127.0.0.1', ca: CERTIFICATE, servername: 'localhost' });
  await once(raw, 'secureConnect');
  const socket = new BufferedSocket<Socket>(raw);
  onTestFinished(() => socket.destroy());
  return socket;
}

const kinds = { 'net.Socket': overTcp, 'tls.TLSSocket': overTls } as const;

describe.each(Object.entries(kinds))('a BufferedSocket over %s', (_kind, open) => {
  it('reads and writes in both directions', async () => {
    const socket = await open((raw) => void raw.pipe(raw));
    await socket.write('line\nrest');
    expect(String(await socket.readUntil('\n'))).toBe('line');
    expect(String(await socket.readExactly(4))).toBe('rest');
    await socket.end();
    expect(await socket.read()).toBeNull();
    await socket.close();
    expect(socket.socket.destroyed).toBe(true);
  });

  it('carries 32 MiB of netstrings as they were sent', async () => {
    const socket = await open((raw) => void raw.pipe(raw));
    const netstrings = new NetstringSocket(socket);
    socket.maxSize = 8 * 1024 * 1024;
    socket.timeoutMs = 50_000;
    const messages = [1, 2, 3, 4].map((n) => Buffer.alloc(8 * 1024 * 1024, `message ${n}`));
    const send = async (): Promise<void> => {
      // oxlint-disable-next-line no-await-in-loop -- one message after the other
      for (const message of messages) await netstrings.write(message);
    };
    const sent = send();
    for (const message of messages) {
      // oxlint-disable-next-line no-await-in-loop -- one message after the other
      expect((await netstrings.read()).equals(message)).toBe(true);
    }
    await sent;
  });

  it('makes a sender wait while nobody reads, and loses nothing', async () => {
    const total = 64 * 1024 * 1024;
    let written = 0;
    const socket = await open((raw) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const fill = (): void => {
        while (written < total) {
          written += chunk.length;
          if (!raw.write(chunk)) return void raw.once('drain', fill);
        }
        raw.end();
      };
      fill();
    });
    await until('the socket is paused', () => socket.socket.isPaused());
    expect(socket.bytesUnread).toBeLessThan(256 * 1024);
    let read = 0;
    socket.timeoutMs = 50_000;
    for await (const chunk of socket) read += chunk.length;
    expect(read).toBe(total);
  });

  it('is used by another owner, with its unread bytes, once it is detached', async () => {
    const socket = await open((raw) => {
      raw.write('greeting\nunread ');
      raw.once('data', () => raw.end('answer'));
    });
    expect(String(await socket.readUntil('\n'))).toBe('greeting');
    await socket.peek(7);
    const raw = socket.detach();
    raw.write('question');
    const chunks: Buffer[] = [];
    for await (const chunk of raw) chunks.push(chunk as Buffer);
    expect(String(Buffer.concat(chunks))).toBe('unread answer');
  });
});

describe('a BufferedSocket (boltons: props, passthroughs and timeout inherited)', () => {
  it('has the addresses of its socket', async () => {
    let remotePort: number | undefined;
    const port = await listen((raw) => {
      ({ remotePort } = raw);
      raw.write('x');
    });
    const socket = await connected(port);
    await socket.read();
    expect(socket.socket).toMatchObject({
      remoteAddress: '127.0.0.1',
      remotePort: port,
      remoteFamily: 'IPv4',
      localAddress: '127.0.0.1',
      localPort: remotePort,
    });
  });

  it('takes the time limit of its socket, unless it has one', async () => {
    const port = await listen(() => undefined);
    const raw = connect({ port, host: '127.0.0.1' });
    raw.setTimeout(50);
    const socket = new BufferedSocket(raw);
    onTestFinished(() => socket.destroy());
    expect(socket.timeoutMs).toBe(50);
    await expect(socket.read()).rejects.toMatchObject({ timeoutMs: 50 });
    socket.timeoutMs = 70;
    expect(socket.timeoutMs).toBe(70);
  });
});

describe('a BufferedSocket after a reset', () => {
  it('reads first what came before it', async () => {
    const socket = await overTcp((raw) => {
      raw.write('last words\nmore', () => setTimeout(() => raw.resetAndDestroy(), 50));
    });
    await once(socket.socket, 'close').catch(() => undefined);
    expect(String(await socket.readUntil('\n'))).toBe('last words');
    await expect(socket.readUntil('\n')).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_SOCKET_FAILED',
      bytesRead: 4,
    });
  });
});

describe('a flush (boltons: client_disconnecting)', () => {
  it('fails and keeps the bytes when the peer has reset the connection', async () => {
    const socket = await overTcp((raw) => void setTimeout(() => raw.resetAndDestroy(), 10));
    socket.buffer('123');
    await once(socket.socket, 'close').catch(() => undefined);
    await until('it is closed', () => socket.socket.closed);
    await expect(socket.flush()).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_SOCKET_FAILED',
      bytesUnsent: 3,
      cause: expect.objectContaining({ code: 'ECONNRESET' }) as Error,
    });
  });
});

describe('a write of 8 MiB that nobody reads', () => {
  it('times out with what the system has not taken, which can go on later', async () => {
    const sockets: Socket[] = [];
    const socket = await overTcp((raw) => void sockets.push(raw.pause()));
    const message = Buffer.alloc(32 * 1024 * 1024, 'abcdefg');
    await expect(socket.write(message, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_SOCKET_TIMEOUT',
      bytesUnsent: expect.any(Number) as number,
    });
    expect(socket.bytesUnsent).toBeGreaterThan(0);
    const [peer] = sockets;
    if (peer === undefined) throw new Error('nobody has connected');
    const other = new BufferedSocket(peer);
    const read = other.readExactly(message.length, { timeoutMs: 30_000 });
    await socket.flush({ timeoutMs: 30_000 });
    expect((await read).equals(message)).toBe(true);
  });
});
