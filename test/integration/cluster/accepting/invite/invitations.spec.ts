import { createServer } from 'node:http';
import { createServer as createNetServer, type Socket } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import {
  CLOSING,
  ENDING,
  LEAVING,
} from '../../../../../lib/cluster/accepting/invite/watch-table.ts';
import { EMFILE, type Libc, LINUX, loadLibc } from '../../../../../lib/posix/libc.ts';
import { until } from '../../../../support/until.ts';
import { type Client, connectTo, portOf, Stage } from './stage.ts';

const libc = await loadLibc().catch(() => undefined);

const REQUEST = 'GET / HTTP/1.1\r\nHost: test\r\n\r\n';
const GREETING = 'welcome';

/** More than kernels keep of what nobody reads, in bytes. */
const UPLOAD = 7 * 1024 * 1024;

/** A server that answers at once, and what it has done. */
function answering(): ReturnType<typeof createServer> {
  return createServer((_request, response) => void response.end('done'));
}

function clients(count: number, port: number, text = REQUEST): Promise<Client[]> {
  return Promise.all(Array.from({ length: count }, () => connectTo(port, text)));
}

describe.skipIf(libc === undefined)('A worker that accepts by itself', () => {
  if (libc === undefined) return;

  it('is rung for each connection, whenever it comes', async () => {
    const stage = new Stage(libc);
    const socket = stage.listen();
    const { link } = stage.worker(answering(), [socket]);
    for (let round = 0; round < 30; round++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const [client] = await clients(1, portOf(socket));
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await until('the answer', () => client?.text.endsWith('done'), { everyMs: 1 });
    }
    expect(link.taken).toBe(30);
    expect(socket.taken).toBe(30);
    expect(socket.waiting).toBe(0);
  });

  it('takes all that has come before it was there', async () => {
    const stage = new Stage(libc);
    const socket = stage.listen();
    const all = await clients(20, portOf(socket));
    expect(socket.waiting).toBe(20);
    stage.worker(answering(), [socket]);
    await until('answers', () => all.every(({ text }) => text.endsWith('done')));
  });

  it('shares them evenly with the others', async () => {
    const stage = new Stage(libc);
    const socket = stage.listen();
    const workers = Array.from({ length: 4 }, () => stage.worker(answering(), [socket]));
    const all: Client[] = [];
    for (let count = 0; count < 64; count++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      all.push(...(await clients(1, portOf(socket))));
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await until('the answer', () => all.at(-1)?.text.endsWith('done'), { everyMs: 1 });
    }
    expect(workers.map(({ link }) => link.taken)).toEqual([16, 16, 16, 16]);
  });

  it('has handled the request of one connection before it accepts the next', async () => {
    const stage = new Stage(libc);
    const socket = stage.listen();
    const waiting: number[] = [];
    const server = createServer((_request, response) => {
      // Later, as a framework comes to its handlers.
      queueMicrotask(() =>
        process.nextTick(() => {
          waiting.push(socket.waiting);
          response.end('done');
        }),
      );
    });
    const all = await clients(3, portOf(socket));
    stage.worker(server, [socket]);
    await until('answers', () => all.every(({ text }) => text.endsWith('done')));
    expect(waiting).toEqual([2, 1, 0]);
  });

  it('takes none while the primary does not want it to, nor when it is full', async () => {
    const stage = new Stage(libc);
    const socket = stage.listen();
    const { link } = stage.worker(answering(), [socket]);
    link.setOpen(false);
    const [first] = await clients(1, portOf(socket));
    await until('it to wait', () => socket.waiting === 1);
    const line = stage.board.worker(link.index);
    line.maxConnections = 0;
    link.setOpen(true);
    expect(await stays(() => socket.waiting === 1)).toBe(true);
    line.maxConnections = 10;
    link.setOpen(false);
    link.setOpen(true);
    await until('the answer', () => first?.text.endsWith('done'));
  });

  it('reads nothing for a server that may speak first', async () => {
    const stage = new Stage(libc);
    const socket = stage.listen();
    const unread: number[] = [];
    const server = createNetServer((connection: Socket) => {
      unread.push(connection.readableLength);
      connection.write(GREETING);
    });
    stage.worker(server, [socket], { clientFirst: false });
    const [talks] = await clients(1, portOf(socket), 'hello');
    const [silent] = await clients(1, portOf(socket), '');
    await until('both greetings', () => [talks, silent].every((one) => one?.text === GREETING));
    expect(unread).toEqual([0, 0]);
  });

  it('leaves a connection to others when it is out of descriptors, and comes back', async () => {
    const stage = new Stage(libc);
    const socket = stage.listen();
    let failures = 0;
    let errno = 0;
    const short: Libc = {
      ...libc,
      accept4: (...of) => {
        errno = failures < 3 ? EMFILE : 0;
        return failures++ < 3 ? -1 : libc.accept4(...of);
      },
      errno: () => (errno === 0 ? libc.errno() : errno),
    };
    let made = 0;
    stage.worker(answering(), [socket], { libc: short, makeRoom: () => made++ });
    const [client] = await clients(1, portOf(socket));
    await until('the answer', () => client?.text.endsWith('done'));
    expect(made).toBe(3);
  });

  it('gives nothing to read to a server that turned its client away', async () => {
    const stage = new Stage(libc);
    const socket = stage.listen();
    let requests = 0;
    const server = createServer(() => requests++);
    server.on('connection', (connection) => connection.destroy());
    stage.worker(server, [socket]);
    const [client] = await clients(1, portOf(socket));
    await until('its end', () => client?.isClosed);
    expect(requests).toBe(0);
  });
});

describe.skipIf(libc === undefined)('The thread that watches', () => {
  if (libc === undefined) return;

  it('refuses what nobody takes, with an answer, and lets its client read it', async () => {
    const stage = new Stage(libc, { maxWaitMs: 50 });
    const socket = stage.listen();
    const all = await clients(5, portOf(socket));
    await until('refusals', () => all.every(({ text }) => text.startsWith('HTTP/1.1 503')));
    await until('their ends', () => all.every(({ isClosed }) => isClosed));
    expect(all[0]?.text).toContain('ERR_BUTTRESS_CLUSTER_REFUSED');
    expect(socket.shed()).toEqual({ full: 0, age: 5, codel: 0 });
    const waits: number[] = [];
    socket.takeWaits((waitMs) => waits.push(waitMs));
    expect(waits).toHaveLength(5);
    expect(Math.min(...waits)).toBeGreaterThan(45);
    await until('no one to linger', () => stage.lingering === 0);
  });

  it('R39 reads on what a refused client still sends, so that it sees its answer', async () => {
    const stage = new Stage(libc, { maxWaitMs: 20 });
    const socket = stage.listen();
    const head = `POST / HTTP/1.1\r\nContent-Length: ${UPLOAD}\r\n\r\n`;
    const [client] = await clients(1, portOf(socket), head + 'x'.repeat(UPLOAD));
    await until('its end', () => client?.isClosed);
    expect(client?.text).toMatch(/^HTTP\/1\.1 503/);
    expect(client?.text).not.toMatch(/ECONNRESET|EPIPE/);
    expect(client?.socket.bytesWritten).toBeGreaterThan(UPLOAD);
  });

  it('refuses nothing on a socket that its predecessor still serves', async () => {
    const stage = new Stage(libc, { maxWaitMs: 20 });
    const inherited = stage.listen({ graceMs: 100, isStarted: false });
    const own = stage.listen();
    const [waiting] = await clients(1, portOf(inherited));
    for (let count = 1; count <= 20; count++) {
      // oxlint-disable-next-line no-await-in-loop -- each waits for as long as is allowed
      await clients(1, portOf(own));
      // oxlint-disable-next-line no-await-in-loop -- likewise
      await until('a refusal', () => own.shed().age === count);
    }
    expect([inherited.shed().age, waiting?.text]).toEqual([0, '']);
    inherited.start();
    await until('its refusal', () => inherited.shed().age === 1);
  });

  it('refuses the oldest beyond the limit', async () => {
    const stage = new Stage(libc, { limit: 2 });
    const socket = stage.listen();
    const all: Client[] = [];
    for (let count = 0; count < 5; count++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      all.push(...(await clients(1, portOf(socket))));
    }
    await until('refusals', () => socket.shed().full === 3);
    await until('their ends', () => all.slice(0, 3).every(({ isClosed }) => isClosed));
    expect(all.map(({ isClosed }) => isClosed)).toEqual([true, true, true, false, false]);
    expect(socket.waiting).toBe(2);
  });

  it('closes without an answer where clients expect no plain HTTP', async () => {
    const stage = new Stage(libc, { maxWaitMs: 20 });
    const socket = stage.listen({ refusesInHttp: false });
    const [client] = await clients(1, portOf(socket), '');
    await until('its end', () => client?.isClosed);
    expect(client?.text).toBe('');
  });

  it('keeps no more refused clients than its limit', async () => {
    const stage = new Stage(libc, { maxWaitMs: 20, maxLingering: 3 });
    const socket = stage.listen();
    const all = await clients(10, portOf(socket));
    // They read, and do not close.
    for (const { socket: one } of all) one.allowHalfOpen = true;
    await until('refusals', () => socket.shed().age === 10);
    expect(stage.lingering).toBeLessThanOrEqual(3);
  });

  it('tells the age of the oldest that waits', async () => {
    const stage = new Stage(libc);
    const socket = stage.listen();
    const from = process.hrtime();
    await clients(1, portOf(socket));
    await until('an age', () => socket.headAgeMs(now()) > 20);
    const [seconds, nanoseconds] = process.hrtime(from);
    expect(socket.headAgeMs(now())).toBeLessThanOrEqual(seconds * 1e3 + nanoseconds / 1e6 + 1);
  });

  it('has what waits taken before it closes a socket for all', async () => {
    const stage = new Stage(libc);
    const socket = stage.listen();
    const all = await clients(10, portOf(socket));
    socket.stop(ENDING);
    expect(await stays(() => socket.waiting === 0 && !socket.isClosed)).toBe(true);
    const { taker } = stage.worker(answering(), [socket]);
    await until('answers', () => all.every(({ text }) => text.endsWith('done')));
    await until('its end', () => socket.isClosed);
    await expect(connectTo(portOf(socket))).rejects.toThrow('ECONNREFUSED');
    taker.close();
  });

  it('gives up what waits on a socket that is closed at once', async () => {
    const stage = new Stage(libc);
    const socket = stage.listen();
    const [client] = await clients(1, portOf(socket));
    socket.stop(CLOSING);
    await until('its end', () => client?.isClosed);
    expect(socket.closed).toBe(1);
  });

  it('leaves a socket to a process that has taken it over', async () => {
    const stage = new Stage(libc);
    const socket = stage.listen();
    const taken = await copyOf(libc, socket.passed.fd);
    onTestFinished(() => void libc.close(taken));
    const { link } = stage.worker(answering(), [socket]);
    socket.stop(LEAVING);
    await until('its end', () => socket.isClosed);
    await clients(1, portOf(socket));
    const flags = LINUX.SOCK_NONBLOCK | LINUX.SOCK_CLOEXEC;
    const fd = await until('the connection', () => {
      const accepted = libc.accept4(taken, null, null, flags);
      return accepted > 0 && accepted;
    });
    libc.close(fd);
    expect(link.taken).toBe(0);
  });

  it('holds back connections whose clients say nothing, if asked to', async () => {
    const stage = new Stage(libc);
    const socket = stage.listen({ defers: true });
    const { link } = stage.worker(answering(), [socket]);
    const [silent] = await clients(1, portOf(socket), '');
    expect(await stays(() => link.taken === 0 && socket.waiting === 0)).toBe(true);
    silent?.socket.write(REQUEST);
    await until('the answer', () => silent?.text.endsWith('done'));
  });

  it('rings no worker whose line on the board is nonsense, and lives', async () => {
    const stage = new Stage(libc, { maxWaitMs: 200 });
    const socket = stage.listen();
    const honest = stage.worker(answering(), [socket]);
    const liar = stage.board.use(honest.link.index + 5);
    for (let round = 0; round < 50; round++) {
      liar.isOpen = round % 2 === 0;
      liar.setServes(socket.index, true);
      liar.maxConnections = 2 ** 31 - 1;
      liar.sleep();
      liar.load.set([-(2 ** 31), 2 ** 31 - 1]);
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const [client] = await clients(1, portOf(socket));
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await until('an answer', () => client?.text.startsWith('HTTP/1.1'), { everyMs: 1 });
    }
    expect(socket.taken + socket.shed().age).toBe(50);
  });
});

/** Whether something holds for long enough that it would have changed. */
async function stays(holds: () => boolean): Promise<boolean> {
  for (let looks = 0; looks < 10; looks++) {
    if (!holds()) return false;
    // oxlint-disable-next-line no-await-in-loop -- watches for a while
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}

function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** A copy of a descriptor, as another process would have. */
async function copyOf(system: Libc, fd: number): Promise<number> {
  const { DescriptorReceiver, DescriptorSender } =
    await import('../../../../../lib/posix/pass-descriptors.ts');
  const { socketPair } = await import('../../../../../lib/posix/socket-pair.ts');
  const [here, there] = socketPair(system, 'messages');
  new DescriptorSender(system, here).send([{ fd, note: 0 }]);
  const [passed] = new DescriptorReceiver(system, there).receive() ?? [];
  for (const end of [here, there]) system.close(end);
  return passed?.fd ?? -1;
}
