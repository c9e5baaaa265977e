import { connect, type Socket } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { backlogLimit, tellsBacklog, waitingAt } from '../../../lib/posix/backlog.ts';
import { createEpoll, Epoll } from '../../../lib/posix/epoll.ts';
import { EAGAIN, LINUX, loadLibc } from '../../../lib/posix/libc.ts';
import { ListeningSocket } from '../../../lib/posix/listening-socket.ts';
import { DescriptorReceiver, DescriptorSender } from '../../../lib/posix/pass-descriptors.ts';
import { createSharedMemory, mapSharedWords } from '../../../lib/posix/shared-words.ts';
import { socketPair, wake } from '../../../lib/posix/socket-pair.ts';

const libc = await loadLibc().catch(() => undefined);

const BACKLOG = 8;
const BYTES = 4_096;

describe.skipIf(libc === undefined)('descriptors', () => {
  if (libc === undefined) return;

  const close = (...fds: number[]): void => {
    onTestFinished(() => fds.forEach((fd) => void libc.close(fd)));
  };

  const openEpoll = (): Epoll => {
    const fd = createEpoll(libc);
    close(fd);
    return new Epoll(libc, fd);
  };

  it('go to the other end of a pair of sockets, each with its note', () => {
    const [here, there] = socketPair(libc, 'messages');
    const [a, b] = socketPair(libc, 'stream');
    close(here, there, a, b);
    const sender = new DescriptorSender(libc, here);
    const receiver = new DescriptorReceiver(libc, there);

    expect(receiver.receive()).toBeUndefined();
    expect(sender.send([{ fd: a, note: 5 }])).toBe(true);
    expect(
      sender.send([
        { fd: a, note: 6 },
        { fd: b, note: 7 },
      ]),
    ).toBe(true);
    const messages = [receiver.receive(), receiver.receive()];
    expect(messages.map((message) => message?.map(({ note }) => note))).toEqual([[5], [6, 7]]);
    const fds = messages.flatMap((message) => message?.map(({ fd }) => fd) ?? []);
    close(...fds);
    expect(new Set([...fds, a, b]).size).toBe(5);
    // The second copy of `b`: what is written there arrives at `a`.
    wake(libc, fds[2] ?? -1);
    const epoll = openEpoll();
    for (const fd of [a, b]) expect(epoll.watch(fd)).toBe(true);
    expect(epoll.wait(-1)).toEqual([a]);
  });

  it('are reported once when armed, and again when armed again', () => {
    const [a, b] = socketPair(libc, 'stream');
    close(a, b);
    const epoll = openEpoll();
    epoll.arm(a);
    expect(epoll.wait(0)).toEqual([]);
    wake(libc, b);
    expect(epoll.wait(-1)).toEqual([a]);
    expect(epoll.wait(0)).toEqual([]);
    epoll.arm(a);
    expect(epoll.wait(-1)).toEqual([a]);
    epoll.arm(a);
    epoll.forget(a);
    expect(epoll.wait(0)).toEqual([]);
  });

  it('can not be sent when nobody is there any more', () => {
    const [here, there] = socketPair(libc, 'messages');
    close(here);
    libc.close(there);
    expect(new DescriptorSender(libc, here).send([{ fd: here, note: 0 }])).toBe(false);
  });

  it('of memory show the same words in every mapping', () => {
    const fd = createSharedMemory(libc, BYTES);
    close(fd);
    const [one, other] = [mapSharedWords(libc, fd, BYTES), mapSharedWords(libc, fd, BYTES)];
    expect(Atomics.compareExchange(one, 3, 0, 9)).toBe(0);
    expect(Atomics.load(other, 3)).toBe(9);
    expect(() => mapSharedWords(libc, -1, BYTES)).toThrow(/mmap EBADF/);
  });

  it('of sockets that listen accept, and say why they can not be had', async () => {
    const target = { address: '127.0.0.1', port: 0 };
    const listening = ListeningSocket.open(libc, target, BACKLOG);
    close(listening.fd);
    const { address } = listening;
    expect(address).toMatchObject({ address: '127.0.0.1', family: 'IPv4' });
    expect(libc.accept4(listening.fd, null, null, 0)).toBe(-1);
    expect(libc.errno()).toBe(EAGAIN);
    expect(ListeningSocket.adopt(libc, listening.fd).address).toEqual(address);

    expect([waitingAt(libc, listening.fd), backlogLimit(libc, listening.fd)]).toEqual([0, BACKLOG]);
    await connected(connect(address.port, '127.0.0.1'));
    expect(waitingAt(libc, listening.fd)).toBe(1);
    expect(tellsBacklog(libc)).toBe(true);
    const accepted = libc.accept4(listening.fd, null, null, LINUX.SOCK_CLOEXEC);
    close(accepted);
    expect(accepted).toBeGreaterThan(0);
    expect(() => ListeningSocket.open(libc, { ...target, port: address.port }, BACKLOG)).toThrow(
      expect.objectContaining({
        code: 'EADDRINUSE',
        syscall: 'listen',
        address: '127.0.0.1',
        port: address.port,
        message: `listen EADDRINUSE: address already in use 127.0.0.1:${address.port}`,
      }),
    );
  });
});

function connected(socket: Socket): Promise<void> {
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
}
