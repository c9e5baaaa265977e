import { once } from 'node:events';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';

import { describe, expect, it, vi } from 'vitest';

import { type OpenSocket, LazySocket } from '../../../../lib/connections/clients/lazy-socket.ts';
import { CHUNK, dial, failing, lazyTo, never, peer } from '../../../support/lazy-peers.ts';

describe('LazySocket, until there is a connection', () => {
  it('dials at connect(), once, and not before', async () => {
    const { port } = await peer();
    const dials = vi.fn<OpenSocket>((options) => dial(port, options));
    const lazy = new LazySocket(dials);
    expect([lazy.connecting, lazy.pending, dials.mock.calls.length]).toEqual([false, true, 0]);
    const connected = vi.fn<(...args: unknown[]) => void>();
    lazy.connect(5432, 'anywhere', connected).connect();
    expect([lazy.connecting, lazy.pending, lazy.readyState]).toEqual([true, true, 'opening']);
    await once(lazy, 'ready');
    expect([lazy.connecting, lazy.pending, lazy.readyState]).toEqual([false, false, 'open']);
    expect([dials.mock.calls.length, connected.mock.calls.length]).toEqual([1, 1]);
    lazy.destroy();
    await once(lazy, 'close');
  });

  it('keeps what is written and ended, in order', async () => {
    const { port, accepted } = await peer();
    const lazy = lazyTo(port);
    const written = vi.fn<(...args: unknown[]) => void>();
    lazy.write('one ', written);
    lazy.cork();
    lazy.write('two ');
    lazy.write('7468726565', 'hex');
    lazy.uncork();
    lazy.end(' four');
    expect(written).not.toHaveBeenCalled();
    lazy.connect();
    expect(await text(await accepted)).toBe('one two three four');
    expect(written).toHaveBeenCalledTimes(1);
  });

  it('holds the writer back', () => {
    const lazy = never().connect();
    let writes = 1;
    while (lazy.write(Buffer.alloc(CHUNK))) writes++;
    expect(writes).toBeLessThanOrEqual(2);
    lazy.destroy();
  });

  it('applies options later', async () => {
    const { port } = await peer();
    const inner = await dial(port);
    const calls = (['setNoDelay', 'setKeepAlive', 'unref', 'ref'] as const).map((name) =>
      vi.spyOn(inner, name),
    );
    const lazy = new LazySocket(async () => inner);
    lazy.setNoDelay(true).setKeepAlive(true, 5_000).unref().ref();
    for (const call of calls) expect(call).not.toHaveBeenCalled();
    await once(lazy.connect(), 'connect');
    expect(calls.map(({ mock }) => mock.calls)).toEqual([[[true]], [[true, 5_000]], [[]], [[]]]);
    lazy.setNoDelay(false);
    expect(calls[0]?.mock.calls[1]).toEqual([false]);
    lazy.destroy();
  });

  it('ends the dial when it is destroyed, without an error', async () => {
    const signals: AbortSignal[] = [];
    const lazy = new LazySocket(({ signal }) => {
      signals.push(signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    });
    const errors = vi.fn<(...args: unknown[]) => void>();
    lazy.on('error', errors).connect();
    lazy.write('lost', errors);
    lazy.destroy();
    const [hadError] = await once(lazy, 'close');
    expect([signals[0]?.aborted, hadError, lazy.destroyed]).toEqual([true, false, true]);
    // The write is told, as with any socket.
    const code = 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION';
    expect(errors.mock.calls).toEqual([[expect.objectContaining({ code })]]);
  });

  it('closes a connection that comes after all', async () => {
    const { port, accepted } = await peer();
    const { promise, resolve } = Promise.withResolvers<Socket>();
    const lazy = new LazySocket(() => promise).connect();
    lazy.destroy();
    resolve(await dial(port));
    await once((await accepted).resume(), 'end');
    expect(lazy.destroyed).toBe(true);
  });

  it('fails with the error of the dial', async () => {
    const failure = new Error('nobody there');
    const lazy = failing(failure).connect();
    const closed = once(lazy, 'close').catch((error: unknown) => error);
    expect(await closed).toBe(failure);
    expect(lazy.connecting).toBe(false);
    const quiet = failing(failure);
    quiet.on('error', () => undefined).connect();
    const hadError = await new Promise((resolve) => quiet.once('close', resolve));
    expect(hadError).toBe(true);
  });

  it('notices silence, until its timeout is switched off', async () => {
    const lazy = never();
    const heard = vi.fn<(...args: unknown[]) => void>();
    lazy.setTimeout(20, heard).connect();
    await once(lazy, 'timeout');
    expect(heard).toHaveBeenCalledTimes(1);
    const other = never().connect();
    other.setTimeout(20, heard);
    other.setTimeout(0, heard);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(heard).toHaveBeenCalledTimes(1);
    for (const one of [lazy, other]) one.destroy();
  });
});
