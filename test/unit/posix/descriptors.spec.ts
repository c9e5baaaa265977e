import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { EAGAIN, LINUX, loadLibc } from '../../../lib/posix/libc.ts';
import { ListeningSocket } from '../../../lib/posix/listening-socket.ts';
import { DescriptorReceiver, DescriptorSender } from '../../../lib/posix/pass-descriptors.ts';
import { PollSet } from '../../../lib/posix/poll-set.ts';
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
    const poll = new PollSet(libc, [a]);
    poll.wait(0);
    expect(poll.isReady(0)).toBe(true);
    const more = new PollSet(libc, [b], 1);
    more.wait(-1, [a]);
    expect([more.isReady(0), more.isReady(1)]).toEqual([false, true]);
    more.wait(0);
    expect(more.isReady(0)).toBe(false);
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
    if (typeof address === 'string') throw new Error('not an internet address');
    expect(address).toMatchObject({ address: '127.0.0.1', family: 'IPv4' });
    expect(libc.accept4(listening.fd, null, null, 0)).toBe(-1);
    expect(libc.errno()).toBe(EAGAIN);
    expect(ListeningSocket.adopt(libc, listening.fd).address).toEqual(address);

    await connected(connect(address.port, '127.0.0.1'));
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

  it('of unix sockets remove their path', () => {
    const directory = mkdtempSync(join(tmpdir(), 'buttress-test-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 'a.sock');
    const listening = ListeningSocket.open(libc, { path, writableAll: true }, BACKLOG);
    expect(listening.address).toBe(path);
    expect(listening.release()).toBe(true);
    expect(listening.release()).toBe(false);
    libc.close(listening.fd);
    const again = ListeningSocket.open(libc, { path }, BACKLOG);
    close(again.fd);
    again.release();
  });
});

function connected(socket: Socket): Promise<void> {
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
}
