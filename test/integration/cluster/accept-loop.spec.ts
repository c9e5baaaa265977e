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

/** Longer than any test waits: who is passed on before was not silent, or had to be. */
const FOR_EVER_MS = 600_000;

describe.skipIf(libc === undefined)('the accepting thread', () => {
  if (libc === undefined) return;

  it('passes on a client that has spoken, before one that came first and is silent', async () => {
    const thread = new Thread(libc);
    const port = thread.listen({ listener: 1, clientFirst: true });
    await connectTo(port);
    const late = await connectTo(port);
    await until('both to be accepted', () => thread.ring.behind === 2);

    await connectTo(port, 'asks at once');
    const atOnce = await thread.next();
    expect(atOnce.listener).toBe(1);
    expect(thread.textOf(atOnce)).toBe('asks at once');
    late.write('asks late');
    expect(thread.textOf(await thread.next())).toBe('asks late');
    await until('one to be silent', () => thread.ring.behind === 1);
  });

  it('passes on a silent client when its time is up', async () => {
    const maxSilenceMs = 50;
    const thread = new Thread(libc, { maxSilenceMs });
    const port = thread.listen({ listener: 1, clientFirst: true });
    const startedAt = performance.now();
    await connectTo(port);
    expect(thread.textOf(await thread.next())).toBeUndefined();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(maxSilenceMs - 1);
    await until('none to be silent', () => thread.ring.behind === 0);
  });

  it('waits for nobody where the server may speak first', async () => {
    const thread = new Thread(libc);
    const port = thread.listen({ listener: 2, clientFirst: false });
    await Promise.all([connectTo(port), connectTo(port)]);
    const passed = [await thread.next(), await thread.next()];
    expect(passed.map(({ listener }) => listener)).toEqual([2, 2]);
  });

  it('passes silent clients on when it closes the socket that they came by', async () => {
    const thread = new Thread(libc);
    const port = thread.listen({ listener: 3, clientFirst: true });
    await connectTo(port);
    await until('it to be accepted', () => thread.ring.behind === 1);
    thread.closeAll();
    expect((await thread.next()).listener).toBe(3);
    await until('the socket to be closed', () => thread.table.closing === 0);
    expect(thread.ring.behind).toBe(0);
    await expect(connectTo(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('lets the longest silent go when there are too many', async () => {
    const thread = new Thread(libc, { maxSilent: 1 });
    const port = thread.listen({ listener: 4, clientFirst: true });
    const first = await connectTo(port);
    await until('it to be accepted', () => thread.ring.behind === 1);
    await connectTo(port);
    const passed = await thread.next();
    expect(thread.ring.behind).toBe(1);
    first.write('first');
    expect(await until('its bytes', () => thread.textOf(passed))).toBe('first');
  });
});

/** The thread itself, seen from where the primary is. */
class Thread {
  readonly ring = new DescriptorRing();
  readonly table = new ListenTable();
  readonly #libc: Libc;
  readonly #signal: number;

  constructor(system: Libc, { maxSilent = 8, maxSilenceMs = FOR_EVER_MS } = {}) {
    this.#libc = system;
    const [signal, signalFd] = socketPair(system, 'stream');
    this.#signal = signal;
    const data: AcceptLoopData = {
      ring: this.ring.memory,
      table: this.table.memory,
      signalFd,
      maxSilent,
      maxSilenceMs,
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

  /** What its client has sent by now. */
  textOf({ fd }: AcceptedEntry): string | undefined {
    const bytes = Buffer.alloc(64);
    const length = this.#libc.read(fd, bytes, bytes.length);
    return length < 0 ? undefined : bytes.toString('latin1', 0, length);
  }
}

async function connectTo(port: number, text = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  if (text !== '') socket.write(text);
  await once(socket, 'connect');
  return socket.on('error', () => undefined);
}
