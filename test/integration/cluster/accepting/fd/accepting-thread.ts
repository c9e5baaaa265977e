import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

import { expect, onTestFinished } from 'vitest';

import type { AcceptLoopData } from '../../../../../lib/cluster/accepting/fd/accept-loop.ts';
import {
  type AcceptedEntry,
  DescriptorRing,
} from '../../../../../lib/cluster/accepting/fd/descriptor-ring.ts';
import { ListenTable } from '../../../../../lib/cluster/accepting/fd/listen-table.ts';
import type { Libc } from '../../../../../lib/posix/libc.ts';
import { ListeningSocket } from '../../../../../lib/posix/listening-socket.ts';
import { socketPair, wake } from '../../../../../lib/posix/socket-pair.ts';
import { until } from '../../../../support/until.ts';

const ENTRY = new URL(
  '../../../../../lib/cluster/accepting/fd/accept-thread.entry.ts',
  import.meta.url,
);

/** Longer than any test waits: who is passed on before was not silent, or had to be. */
const FOR_EVER_MS = 600_000;

/** Connections that the kernel keeps for each socket. */
const BACKLOG = 256;

export interface Listening {
  listener: number;
  clientFirst: boolean;
}

/** The thread itself, seen from where the primary is. */
export class Thread {
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

  /** Opens a socket on which the thread accepts at once. */
  listen(listening: Listening): number {
    const { port, fd } = this.open();
    this.accept([{ ...listening, fd }]);
    return port;
  }

  /** Opens a socket on which the kernel alone accepts. */
  open(): { port: number; fd: number } {
    const at = { address: '127.0.0.1', port: 0 };
    const { fd, address } = ListeningSocket.open(this.#libc, at, BACKLOG);
    if (typeof address === 'string') throw new Error('not an internet address');
    return { port: address.port, fd };
  }

  /** The thread sees all of them in one turn. */
  accept(all: readonly (Listening & { fd: number })[]): void {
    for (const listening of all) this.table.add(listening);
    wake(this.#libc, this.#signal);
  }

  close(fd: number): void {
    this.table.close(fd);
    wake(this.#libc, this.#signal);
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

export async function connectTo(port: number, text = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  if (text !== '') socket.write(text);
  await once(socket, 'connect');
  return socket.on('error', () => undefined);
}
