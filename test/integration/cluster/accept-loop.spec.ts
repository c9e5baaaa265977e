import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

import { describe, expect, it, onTestFinished } from 'vitest';

import type { AcceptLoopData } from '../../../lib/cluster/fd/accept-loop.ts';
import { type AcceptedEntry, DescriptorRing } from '../../../lib/cluster/fd/descriptor-ring.ts';
import { ListenTable } from '../../../lib/cluster/fd/listen-table.ts';
import { type Libc, loadLibc } from '../../../lib/posix/libc.ts';
import { ListeningSocket } from '../../../lib/posix/listening-socket.ts';
import { socketPair, wake } from '../../../lib/posix/socket-pair.ts';
import { until } from '../../support/until.ts';

const libc = await loadLibc().catch(() => undefined);

const ENTRY = new URL('../../../lib/cluster/fd/accept-thread.entry.ts', import.meta.url);

const MAX_SILENCE_MS = 50;

/** A client that connected now, and when. */
interface Client {
  socket: Socket;
  startedAt: number;
}

describe.skipIf(libc === undefined)('the accepting thread', () => {
  if (libc === undefined) return;

  it('passes a client on when it has spoken, or has been silent for 50 ms', async () => {
    const thread = new Thread(libc);
    const port = thread.listen({ listener: 1, clientFirst: true });

    const silent = await connectTo(port);
    const passed = await thread.next();
    expect(passed.listener).toBe(1);
    expect(performance.now() - silent.startedAt).toBeGreaterThanOrEqual(MAX_SILENCE_MS - 1);
    expect(thread.bytesOf(passed)).toBeLessThan(0);

    const asking = await connectTo(port, 'hello');
    const spoken = await thread.next();
    const isSlow = performance.now() - asking.startedAt >= MAX_SILENCE_MS;
    // A machine that stands still between the two makes a silent client of it.
    expect(isSlow || thread.bytesOf(spoken) === 5).toBe(true);
    expect(thread.ring.behind).toBe(0);
  });

  it('passes on at once where the server may speak first', async () => {
    const thread = new Thread(libc);
    const port = thread.listen({ listener: 2, clientFirst: false });
    const many = await Promise.all([connectTo(port), connectTo(port), connectTo(port)]);
    for (const _ of many) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect((await thread.next()).listener).toBe(2);
    }
    expect(thread.ring.behind).toBe(0);
  });

  it('passes silent clients on before it closes the socket that they came by', async () => {
    const thread = new Thread(libc);
    const port = thread.listen({ listener: 3, clientFirst: true });
    await connectTo(port);
    thread.closeAll();
    expect((await thread.next()).listener).toBe(3);
    await until('the socket to be closed', () => thread.table.closing === 0);
    expect(thread.ring.behind).toBe(0);
    await expect(connectTo(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('lets the longest silent go when there are too many', async () => {
    const thread = new Thread(libc, { maxSilent: 2 });
    const port = thread.listen({ listener: 4, clientFirst: true });
    const clients = await Promise.all(Array.from({ length: 5 }, () => connectTo(port)));
    const passed: AcceptedEntry[] = [];
    for (const _ of clients) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      passed.push(await thread.next());
      expect(thread.ring.behind).toBeLessThanOrEqual(2);
    }
    expect(new Set(passed.map(({ fd }) => fd)).size).toBe(clients.length);
  });
});

/** The thread itself, seen from where the primary is. */
class Thread {
  readonly ring = new DescriptorRing();
  readonly table = new ListenTable();
  readonly #libc: Libc;
  readonly #signal: number;

  constructor(system: Libc, { maxSilent = 8 } = {}) {
    this.#libc = system;
    const [signal, signalFd] = socketPair(system, 'stream');
    this.#signal = signal;
    const data: AcceptLoopData = {
      ring: this.ring.memory,
      table: this.table.memory,
      signalFd,
      maxSilent,
    };
    const worker = new Worker(ENTRY, { workerData: data, execArgv: [] });
    onTestFinished(async () => {
      const ended = once(worker, 'exit');
      this.ring.stop();
      wake(system, signal);
      await ended;
      system.close(signal);
    });
  }

  listen({ listener, clientFirst }: { listener: number; clientFirst: boolean }): number {
    const { fd, address } = ListeningSocket.open(
      this.#libc,
      { address: '127.0.0.1', port: 0 },
      128,
    );
    if (typeof address === 'string') throw new Error('not an internet address');
    this.table.add({ fd, listener, clientFirst });
    wake(this.#libc, this.#signal);
    return address.port;
  }

  closeAll(): void {
    for (const { fd } of this.table.entries()) this.table.close(fd);
    wake(this.#libc, this.#signal);
  }

  async next(): Promise<AcceptedEntry> {
    const entry = await until('a connection', () => this.ring.shift(), { everyMs: 2 });
    expect(entry.fd).toBeGreaterThan(0);
    onTestFinished(() => void this.#libc.close(entry.fd));
    return entry;
  }

  /** How many bytes there are to be read; below zero: none. */
  bytesOf({ fd }: AcceptedEntry): number {
    return this.#libc.read(fd, Buffer.alloc(64), 64);
  }
}

async function connectTo(port: number, text = ''): Promise<Client> {
  const startedAt = performance.now();
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  if (text !== '') socket.write(text);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return { socket, startedAt };
}
