import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type Server as NetServer } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { encodeNote } from '../../../../lib/cluster/protocol/fd/handoff-note.ts';
import { SharedLeases } from '../../../../lib/cluster/protocol/fd/lease-board.ts';
import { BOARD_BYTES, WorkerBoard } from '../../../../lib/cluster/protocol/fd/worker-board.ts';
import { HandoffInbox } from '../../../../lib/cluster/worker/fd/receive-descriptors.ts';
import { type Libc, loadLibc } from '../../../../lib/posix/libc.ts';
import { DescriptorSender } from '../../../../lib/posix/pass-descriptors.ts';
import { socketPair, wake } from '../../../../lib/posix/socket-pair.ts';
import { until } from '../../../support/until.ts';

const libc = await loadLibc().catch(() => undefined);

const REQUEST = 'GET / HTTP/1.1\r\nHost: test\r\n\r\n';

describe.skipIf(libc === undefined)('HandoffInbox', () => {
  if (libc === undefined) return;

  it('has handled the request of one connection before it claims the next', async () => {
    const settled: string[] = [];
    let requests = 0;
    const server = createServer((_request, response) => {
      requests++;
      // Later, as a framework comes to its handlers: as if one had blocked until the primary took
      // back what was unclaimed.
      queueMicrotask(() => process.nextTick(block, response));
    });
    const block = (response: ServerResponse): void => {
      const actions = [...primary.leases.collect(), ...primary.leases.expire(2)];
      settled.push(...actions.map(({ kind, item }) => `${item} ${kind}`));
      response.end('done');
    };
    const primary = new PrimarySide(libc, { server, clientFirst: true });

    const first = primary.client(REQUEST);
    primary.client(REQUEST);
    primary.send();
    await until('the answer', () => primary.textAt(first).includes('done'));
    await until('the second to be closed unread', () => primary.leases.isFree);
    expect(settled).toEqual(['1 handed', '2 returned']);
    expect(requests).toBe(1);
  });

  it('gives nothing to read to a server that turned a client away', async () => {
    let requests = 0;
    let isClosed = false;
    const server = createServer(() => requests++);
    server.on('connection', (socket) => {
      socket.once('close', () => (isClosed = true));
      socket.destroy();
    });
    const primary = new PrimarySide(libc, { server, clientFirst: true });
    primary.client(REQUEST);
    primary.send();
    await until('the connection to be closed', () => isClosed);
    expect(requests).toBe(0);
  });

  it('reads nothing for a server that may speak first', async () => {
    const unread: number[] = [];
    const received: string[] = [];
    const server = createNetServer((socket) => {
      setImmediate(() => unread.push(socket.readableLength));
      socket.once('data', (chunk: Buffer) => received.push(String(chunk)));
    });
    const primary = new PrimarySide(libc, { server, clientFirst: false });
    primary.client('hello');
    primary.send();
    await until('the bytes', () => received.length > 0);
    expect({ unread, received }).toEqual({ unread: [0], received: ['hello'] });
  });

  it('takes one connection after another for as long as there are any', async () => {
    const server = createServer((_request, response) => void response.end('done'));
    const primary = new PrimarySide(libc, { server, clientFirst: true });
    for (let round = 0; round < 50; round++) {
      const clients = [primary.client(REQUEST), primary.client(REQUEST)];
      primary.send();
      // oxlint-disable-next-line no-await-in-loop -- two at a time
      await until('answers', () => clients.every((fd) => primary.textAt(fd).includes('done')));
      expect(primary.leases.collect().map(({ kind }) => kind)).toEqual(['handed', 'handed']);
    }
  });
});

/** What the primary has of one worker, whose inbox is in this process. */
class PrimarySide {
  readonly leases: SharedLeases<number>;
  readonly inbox: HandoffInbox;
  readonly #libc: Libc;
  readonly #board: WorkerBoard;
  readonly #sender: DescriptorSender;
  readonly #signal: number;
  readonly #texts = new Map<number, string>();
  #passed: { fd: number; note: number }[] = [];
  #ids = 0;

  constructor(
    system: Libc,
    { server, clientFirst }: { server: Server | NetServer; clientFirst: boolean },
  ) {
    this.#libc = system;
    this.#board = new WorkerBoard(new Int32Array(new SharedArrayBuffer(BOARD_BYTES)));
    this.leases = new SharedLeases(this.#board.leases);
    const [handoff, handoffFd] = socketPair(system, 'messages');
    const [signal, signalFd] = socketPair(system, 'stream');
    this.#sender = new DescriptorSender(system, handoff);
    this.#signal = signal;
    const receiver = {
      receive: (socket: unknown) => server.emit('connection', socket),
      clientFirst,
    };
    this.inbox = new HandoffInbox({
      libc: system,
      board: this.#board,
      handoffFd,
      signalFd,
      receiverOf: () => receiver,
      makeRoom: () => undefined,
      connections: () => 0,
    });
    onTestFinished(() => {
      // The inbox closes its own end of the signals when it sees the end of this one.
      for (const fd of [handoff, handoffFd, signal, ...this.#texts.keys()]) system.close(fd);
    });
  }

  /** A client that has sent `text`, on its way to the worker. */
  client(text: string): number {
    const [client, fd] = socketPair(this.#libc, 'stream');
    this.#libc.write(client, Buffer.from(text), text.length);
    const id = ++this.#ids;
    this.leases.offer({ id, item: id, expiresAt: Infinity });
    this.#passed.push({ fd, note: encodeNote({ listener: 1, slot: this.leases.slotOf(id) }) });
    this.#texts.set(client, '');
    return client;
  }

  send(): void {
    const passed = this.#passed.splice(0);
    expect(this.#sender.send(passed)).toBe(true);
    for (const { fd } of passed) this.#libc.close(fd);
    if (this.#board.countSent()) wake(this.#libc, this.#signal);
  }

  /** What a client has been answered so far. */
  textAt(client: number): string {
    const bytes = Buffer.alloc(1_024);
    const length = Math.max(0, this.#libc.read(client, bytes, bytes.length));
    const text = (this.#texts.get(client) ?? '') + bytes.toString('latin1', 0, length);
    this.#texts.set(client, text);
    return text;
  }
}
