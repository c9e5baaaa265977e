import { Duplex, duplexPair } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { afterEach, describe, expect, it, vi } from 'vitest';

import {
  ChannelBusyError,
  ChannelClosedError,
  ChannelRemoteError,
  ChannelTimeoutError,
} from '../../../lib/channel/channel.errors.ts';
import { Peer, type RequestHandler } from '../../../lib/channel/peer.ts';
import { until } from '../../support/until.ts';

function peers(handle: RequestHandler, options = {}): { asker: Peer; answerer: Peer } {
  const [left, right] = duplexPair();
  return { asker: new Peer(left, () => undefined, options), answerer: new Peer(right, handle) };
}

/** A stream that keeps what is written into it, each time in how many pieces. */
function recorder(): { stream: Duplex; written: Buffer[][] } {
  const written: Buffer[][] = [];
  const stream = new Duplex({
    read: () => undefined,
    writev(chunks, done) {
      written.push(chunks.map(({ chunk }) => chunk as Buffer));
      done();
    },
  });
  return { stream, written };
}

const silence = (): Promise<never> => new Promise(() => undefined);

afterEach(() => vi.useRealTimers());

describe('Peer', () => {
  it('answers requests in whatever order they are done', async () => {
    const { asker } = peers((name, body) => Promise.resolve({ name, body }));
    const answers = await Promise.all([
      asker.request('a', 1, { timeoutMs: 1_000 }),
      asker.request('b', 2, { timeoutMs: 1_000 }),
    ]);
    expect(answers).toEqual([
      { name: 'a', body: 1 },
      { name: 'b', body: 2 },
    ]);
  });

  it('passes on the error of the other side', async () => {
    const { asker } = peers(() => {
      throw new Error('broken there');
    });
    await expect(asker.request('a', 1, { timeoutMs: 1_000 })).rejects.toThrow(ChannelRemoteError);
  });

  it('writes what is asked in one turn of the loop in one go, and answers it so', async () => {
    const { stream, written } = recorder();
    const asker = new Peer(stream, silence);
    const asked = ['a', 'b', 'c'].map((name) => asker.request(name, 1, { timeoutMs: 1_000 }));
    await nextTurn();
    expect(written.map(({ length }) => length)).toEqual([3]);
    const other = recorder();
    const answerer = new Peer(other.stream, (name) => Promise.resolve(name));
    other.stream.push(Buffer.concat(written.flat()));
    await until('the answers', () => other.written.length > 0);
    expect(other.written.map(({ length }) => length)).toEqual([3]);
    stream.push(Buffer.concat(other.written.flat()));
    expect(await Promise.all(asked)).toEqual(['a', 'b', 'c']);
    for (const peer of [asker, answerer]) peer.destroy();
  });

  it('ends every wait', async () => {
    vi.useFakeTimers();
    const { asker } = peers(silence);
    const outcome = asker.request('a', 1, { timeoutMs: 50 }).catch((error: unknown) => error);
    // What has come meanwhile is read first, so it ends one turn of the loop later.
    await vi.advanceTimersByTimeAsync(51);
    expect(await outcome).toBeInstanceOf(ChannelTimeoutError);
  });

  it('fails what waits when the channel closes', async () => {
    const { asker } = peers(silence);
    const answer = asker.request('a', 1, { timeoutMs: 1_000 });
    asker.destroy();
    await expect(answer).rejects.toThrow(ChannelClosedError);
    await expect(asker.request('b', 1, { timeoutMs: 1_000 })).rejects.toThrow(ChannelClosedError);
  });

  it('refuses more waiting requests than allowed', async () => {
    const { asker } = peers(silence, { maxPending: 1 });
    const first = asker.request('a', 1, { timeoutMs: 1_000 });
    await expect(asker.request('b', 1, { timeoutMs: 1_000 })).rejects.toThrow(ChannelBusyError);
    asker.destroy();
    await expect(first).rejects.toThrow(ChannelClosedError);
  });

  it('gives up a channel that does not speak frames', async () => {
    const [left, right] = duplexPair();
    const peer = new Peer(left, () => undefined);
    right.write(Buffer.alloc(8, 0xff));
    await peer.closed;
    expect(left.destroyed).toBe(true);
  });
});
