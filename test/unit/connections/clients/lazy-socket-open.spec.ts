import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';

import { describe, expect, it } from 'vitest';

import { LazySocket } from '../../../../lib/connections/clients/lazy-socket.ts';
import { CERTIFICATE, KEY } from '../../../fixtures/self-signed.ts';
import { CHUNK, dial, echo, lazyTo, listening, peer } from '../../../support/lazy-peers.ts';
import { readAll } from '../../../support/read-all.ts';
import { until } from '../../../support/until.ts';

describe('LazySocket with a connection', () => {
  it('carries both ways, however fast each side is', async () => {
    const { port } = await peer(echo);
    const lazy = lazyTo(port);
    const sent = createHash('md5');
    const source = async function* (): AsyncGenerator<Buffer> {
      for (let n = 0; n < 400; n++) {
        const chunk = randomBytes(1 + ((n * 7_919) % CHUNK));
        sent.update(chunk);
        yield chunk;
      }
    };
    const received = createHash('md5');
    lazy.connect();
    await Promise.all([pipeline(source, lazy), pipeline(lazy, received)]);
    expect(received.digest('hex')).toBe(sent.digest('hex'));
  });

  it('stops reading when nobody reads', async () => {
    const { port, accepted } = await peer();
    const lazy = lazyTo(port).connect();
    await once(lazy, 'connect');
    const far = await accepted;
    while (far.write(Buffer.alloc(CHUNK)));
    // What both systems and the stream hold between them is far less than this.
    for (let n = 0; n < 1_000; n++) far.write(Buffer.alloc(CHUNK));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(lazy.readableLength).toBeLessThan(4 * CHUNK);
    expect(far.writableLength).toBeGreaterThan(100 * CHUNK);
    lazy.resume();
    await until('it is read on', () => far.writableLength === 0);
  });

  it('holds the writer back, and emits drain when it may go on', async () => {
    const { port, accepted } = await peer((socket) => socket.pause());
    const lazy = lazyTo(port).connect();
    await once(lazy, 'connect');
    for (let n = 0; n < 200; n++) lazy.write(Buffer.alloc(CHUNK));
    expect([lazy.writableNeedDrain, lazy.writableLength > CHUNK]).toEqual([true, true]);
    (await accepted).resume();
    await once(lazy, 'drain');
  });

  it('reads on after it has ended its own side', async () => {
    const { port } = await peer((socket) => {
      void readAll(socket).then((question) => socket.end(`you said: ${question}`));
    });
    const lazy = lazyTo(port).connect();
    lazy.end('hello');
    expect(await text(lazy)).toBe('you said: hello');
    await until('it is closed', () => lazy.closed);
  });

  it('gives all that came before the end to a late reader', async () => {
    const { port } = await peer((socket) => void socket.end(Buffer.alloc(8 * CHUNK, 7)));
    const lazy = lazyTo(port).connect();
    await once(lazy, 'connect');
    await until('the first chunk', () => lazy.readableLength > 0);
    expect((await buffer(lazy)).length).toBe(8 * CHUNK);
    await until('it is closed', () => lazy.closed);
  });

  it('fails when the connection is reset', async () => {
    const { port, accepted } = await peer();
    const lazy = lazyTo(port).connect();
    await once(lazy, 'connect');
    (await accepted).resetAndDestroy();
    const errors: unknown[] = [];
    lazy.on('error', (error) => errors.push(error)).resume();
    const hadError = await new Promise((resolve) => lazy.once('close', resolve));
    expect([errors, hadError]).toEqual([[expect.objectContaining({ code: 'ECONNRESET' })], true]);
  });

  it('closes the connection when it is destroyed, and emits close when that is done', async () => {
    const { port, accepted } = await peer();
    const lazy = lazyTo(port).connect();
    await once(lazy, 'connect');
    const far = await accepted;
    lazy.destroy(new Error('enough'));
    const seen: string[] = [];
    lazy.on('error', ({ message }) => seen.push(message));
    lazy.on('close', (hadError) => seen.push(`closed ${hadError}`));
    await once(far.resume(), 'end');
    await until('both are told', () => seen.length === 2);
    expect(seen).toEqual(['enough', 'closed true']);
  });

  it('resets, and ends when all is written', async () => {
    const first = await peer();
    const reset = lazyTo(first.port).connect();
    await once(reset, 'connect');
    const far = await first.accepted;
    const failed = once(far, 'error');
    reset.resetAndDestroy();
    expect(await failed).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
    const second = await peer();
    const soon = lazyTo(second.port).connect();
    soon.write('last words');
    soon.destroySoon();
    expect(await text(await second.accepted)).toBe('last words');
    await until('it is closed', () => soon.closed);
  });

  it('has the addresses of the connection', async () => {
    const { port, accepted } = await peer(echo);
    const lazy = lazyTo(port);
    expect([lazy.remoteAddress, lazy.bytesRead, lazy.address()]).toEqual([
      undefined,
      undefined,
      {},
    ]);
    await once(lazy.connect(), 'connect');
    const far = await accepted;
    expect(lazy).toMatchObject({
      remoteAddress: '127.0.0.1',
      remotePort: port,
      remoteFamily: 'IPv4',
      localAddress: '127.0.0.1',
      localPort: far.remotePort,
    });
    expect(lazy.address()).toMatchObject({ port: far.remotePort });
    lazy.write('12345');
    await once(lazy, 'data');
    expect([lazy.bytesWritten, lazy.bytesRead]).toEqual([5, 5]);
    expect(lazy).toBeInstanceOf(Socket);
  });

  it('notices silence of the connection', async () => {
    const { port } = await peer();
    const lazy = lazyTo(port);
    lazy.setTimeout(30).connect();
    await once(lazy, 'connect');
    await once(lazy, 'timeout');
    lazy.setTimeout(10_000);
    expect(lazy.timeout).toBe(10_000);
  });

  it('carries TLS of a client', async () => {
    const server = createTlsServer({ key: KEY, cert: CERTIFICATE }, echo);
    const port = await listening(server);
    const socket = lazyTo(port).connect();
    const secured = connectTls({ socket, ca: CERTIFICATE, servername: 'localhost' });
    await once(secured, 'secureConnect');
    expect(secured.authorized).toBe(true);
    const bytes = randomBytes(4 * 1024 * 1024);
    const received = buffer(secured);
    secured.end(bytes);
    expect((await received).equals(bytes)).toBe(true);
  });

  it('runs its events in no request', async () => {
    const storage = new AsyncLocalStorage<string>();
    const { port } = await peer(echo);
    const inner = await dial(port);
    const stores: (string | undefined)[] = [];
    const note = (): void => void stores.push(storage.getStore());
    const lazy = storage.run('the first request', () =>
      new LazySocket(async () => inner).connect(),
    );
    lazy.on('connect', note).on('data', note).on('close', note);
    await once(lazy, 'connect');
    storage.run('another request', () => lazy.write('x'));
    await once(lazy, 'data');
    lazy.destroy();
    await once(lazy, 'close');
    expect(stores).toEqual([undefined, undefined, undefined]);
  });
});
