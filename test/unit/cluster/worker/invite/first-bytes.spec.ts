import { once } from 'node:events';
import { connect, Socket } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { readFirstBytes } from '../../../../../lib/cluster/worker/invite/first-bytes.ts';
import { EAGAIN, type Libc, LINUX, loadLibc } from '../../../../../lib/posix/libc.ts';
import { ListeningSocket } from '../../../../../lib/posix/listening-socket.ts';
import { socketPair } from '../../../../../lib/posix/socket-pair.ts';
import { until } from '../../../../support/until.ts';

const libc = await loadLibc().catch(() => undefined);

describe.skipIf(libc === undefined)('readFirstBytes', () => {
  if (libc === undefined) return;

  it('gives what is there to the reader, at once', () => {
    const { peer, fd, socket } = openPair(libc);
    libc.write(peer, Buffer.from('GET / '), 6);
    readFirstBytes(libc, fd, socket);
    expect(String(socket.read())).toBe('GET / ');
  });

  it('leaves alone a client that has said nothing yet', async () => {
    const { peer, fd, socket } = openPair(libc);
    readFirstBytes(libc, fd, socket);
    expect(socket.readableLength).toBe(0);
    libc.write(peer, Buffer.from('late'), 4);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(String(chunk)).toBe('late');
  });

  it('leaves alone a socket that its server has closed', () => {
    const { peer, fd, socket } = openPair(libc);
    libc.write(peer, Buffer.from('GET / '), 6);
    socket.end();
    readFirstBytes(libc, fd, socket);
    expect(socket.readableLength).toBe(0);
    socket.destroy();
    readFirstBytes(libc, fd, socket);
    expect(socket.readableLength).toBe(0);
  });

  it('keeps what comes later behind it, however much it is', async () => {
    const { peer, fd, socket } = openPair(libc);
    const sent = Buffer.from(Array.from({ length: 150_000 }, (_, index) => index % 251));
    expect(libc.write(peer, sent, sent.length)).toBe(sent.length);
    readFirstBytes(libc, fd, socket);
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    await until('all of it', () => Buffer.concat(received).length >= sent.length);
    expect(Buffer.concat(received).equals(sent)).toBe(true);
  });

  it('leaves the end of a client to Node', async () => {
    const { peer, fd, socket, closePeer } = openPair(libc);
    libc.write(peer, Buffer.from('bye'), 3);
    closePeer();
    readFirstBytes(libc, fd, socket);
    readFirstBytes(libc, fd, socket);
    expect(String(socket.read())).toBe('bye');
    socket.resume();
    await once(socket, 'end');
  });

  it('ends a connection that its client broke, with the error', async () => {
    const listening = ListeningSocket.open(libc, { address: '127.0.0.1', port: 0 }, 8);
    onTestFinished(() => void libc.close(listening.fd));
    const { address } = listening;
    const client = connect(address.port, '127.0.0.1');
    await once(client, 'connect');
    const flags = LINUX.SOCK_NONBLOCK | LINUX.SOCK_CLOEXEC;
    const fd = libc.accept4(listening.fd, null, null, flags);
    const socket = new Socket({ fd, manualStart: true } as ConstructorParameters<typeof Socket>[0]);
    onTestFinished(() => void socket.destroy());
    readFirstBytes(libc, fd, socket);
    expect(libc.errno()).toBe(EAGAIN);
    client.resetAndDestroy();
    await once(client, 'close');
    readFirstBytes(libc, fd, socket);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error).toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
    expect(socket.destroyed).toBe(true);
  });
});

interface Pair {
  /** The descriptor of the other end. */
  peer: number;
  fd: number;
  socket: Socket;
  closePeer: () => void;
}

/** A socket on one end of a pair. */
function openPair(system: Libc): Pair {
  const [peer, fd] = socketPair(system, 'stream');
  const socket = new Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
  let isOpen = true;
  // Once: another test of this process may have its number by then.
  const closePeer = (): void => {
    if (isOpen) system.close(peer);
    isOpen = false;
  };
  onTestFinished(() => {
    closePeer();
    socket.destroy();
  });
  return { peer, fd, socket, closePeer };
}
