import { getEventListeners } from 'node:events';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Context, present } from '../../../lib/context/context.ts';
import { scripted, turn } from './scripted-socket.ts';

/** The error of what must fail: asked for at once, so that nothing is left unhandled. */
function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const TIMEOUT = 'ERR_BUTTRESS_SOCKET_TIMEOUT';
const ABORTED = 'ERR_BUTTRESS_SOCKET_ABORTED';

describe('time limits', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('count for the operation as a whole, however the bytes trickle in', async () => {
    const { peer, socket } = scripted();
    const read = socket.readExactly(10, { timeoutMs: 100 });
    const failure = failureOf(read);
    for (let ms = 0; ms < 90; ms += 30) {
      peer.receive('x');
      // oxlint-disable-next-line no-await-in-loop -- one byte each 30 ms
      await vi.advanceTimersByTimeAsync(30);
    }
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(10);
    expect(await failure).toMatchObject({ code: TIMEOUT, timeoutMs: 100 });
    expect(socket.bytesUnread).toBe(3);
  });

  it('are 10 s where nothing is said, and leave no timer behind', async () => {
    const { peer, socket } = scripted();
    const read = failureOf(socket.read());
    await vi.advanceTimersByTimeAsync(9_999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await read).toMatchObject({ code: TIMEOUT, statusCode: 504 });

    const served = socket.read();
    peer.receive('x');
    expect(String(await served)).toBe('x');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('begin when a read is asked for, not when it is its turn', async () => {
    const { peer, socket } = scripted();
    const first = failureOf(socket.readUntil('\n'));
    const second = failureOf(socket.readExactly(3, { timeoutMs: 20 }));
    peer.receive('abc');
    await vi.advanceTimersByTimeAsync(20);
    expect(await second).toMatchObject({ code: TIMEOUT, bytesRead: 3 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await first).toMatchObject({ code: TIMEOUT });
    expect(String(socket.tryRead())).toBe('abc');
  });

  it('of a read free the one behind it, which may need less', async () => {
    const { peer, socket } = scripted();
    const first = failureOf(socket.readUntil('\n', { timeoutMs: 50 }));
    const second = socket.readExactly(3);
    peer.receive('abc');
    await vi.advanceTimersByTimeAsync(50);
    expect(await first).toMatchObject({ code: TIMEOUT });
    expect(String(await second)).toBe('abc');
  });

  it('`Infinity` sets no timer', async () => {
    const { peer, socket } = scripted({ timeoutMs: Infinity });
    const read = socket.read();
    expect(vi.getTimerCount()).toBe(0);
    peer.receive('x');
    await read;
  });
});

describe('signals', () => {
  it('end a read that waits, which keeps its bytes; nothing stays behind', async () => {
    const { peer, socket } = scripted();
    const controller = new AbortController();
    const read = socket.readUntil('\n', { signal: controller.signal });
    peer.receive('half');
    await turn();
    const reason = new Error('enough');
    controller.abort(reason);

    await expect(read).rejects.toMatchObject({ code: ABORTED, cause: reason, bytesRead: 4 });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    peer.receive('+half\n');
    expect(String(await socket.readUntil('\n'))).toBe('half+half');
  });

  it('that have aborted already end everything before it begins', async () => {
    const { peer, socket } = scripted();
    peer.receive('line\n');
    await turn();
    const options = { signal: AbortSignal.abort() };
    for (const operation of [
      () => socket.read(1, options),
      () => socket.readUntil('\n', options),
      () => socket.lines(options).next(),
      () => socket.write('x', options),
      () => socket.flush(options),
      () => socket.end(options),
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await expect(operation()).rejects.toMatchObject({ code: ABORTED });
    }
    expect(socket.bytesUnread).toBe(5);
    expect(socket.bytesUnsent).toBe(0);
    expect(peer.sent).toEqual([]);
  });

  it('leave no listener when a read is served', async () => {
    const { peer, socket } = scripted();
    const { signal } = new AbortController();
    const read = socket.read(1, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    peer.receive('x');
    await read;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('end a write that waits; what the socket has not taken is kept', async () => {
    const { socket } = scripted({}, { room: 0, highWaterMark: 4 });
    await expect(socket.write('1234', { timeoutMs: 0 })).resolves.toBeUndefined();
    const controller = new AbortController();
    const write = socket.write('5678', { signal: controller.signal });
    controller.abort();
    await expect(write).rejects.toMatchObject({ code: ABORTED, bytesUnsent: 4 });
    expect(String(socket.takeUnsent())).toBe('5678');
  });
});

describe('a limit within a request', () => {
  it('cuts a wait to the time that the request has left', async () => {
    const { peer, socket } = scripted();
    // Before the request begins: however short its time turns out to be, these have come.
    peer.receive('abc');
    await turn();
    await Context.run({ deadlineMs: 30 }, async () => {
      const read = socket.readUntil('\n');
      await expect(read).rejects.toMatchObject({
        code: ABORTED,
        statusCode: 504,
        bytesRead: 3,
        cause: { code: 'ERR_BUTTRESS_CONTEXT_DEADLINE' },
      });
      // No time is left: what is there can be read, nothing is waited for.
      await expect(socket.readUntil('\n')).rejects.toMatchObject({ code: ABORTED });
      expect(String(await socket.readExactly(3))).toBe('abc');
    });
  });

  it('is that of the operation where it is shorter', async () => {
    const { socket } = scripted();
    await Context.run({ deadlineMs: 60_000 }, async () => {
      await expect(socket.read(1, { timeoutMs: 10 })).rejects.toMatchObject({ code: TIMEOUT });
    });
  });

  it('is that of the request where the operation has none', async () => {
    const { socket } = scripted({ timeoutMs: Infinity });
    await Context.run({ deadlineMs: 20 }, async () => {
      await expect(socket.read()).rejects.toMatchObject({ code: ABORTED, statusCode: 504 });
    });
  });

  it('ends a wait with the request, with the error of the request', async () => {
    const { socket } = scripted();
    await Context.run({}, async () => {
      const read = socket.read();
      present().abort('client-gone');
      await expect(read).rejects.toMatchObject({
        code: ABORTED,
        statusCode: 499,
        cause: { reason: 'client-gone' },
      });
      await expect(socket.read()).rejects.toMatchObject({ statusCode: 499 });
    });
  });

  it('cuts a write and an end too', async () => {
    const { socket } = scripted({}, { room: 0, highWaterMark: 4 });
    await Context.run({ deadlineMs: 30 }, async () => {
      await socket.write('1234');
      await expect(socket.write('5')).rejects.toMatchObject({ code: ABORTED, bytesUnsent: 1 });
      await expect(socket.end()).rejects.toMatchObject({ code: ABORTED });
    });
  });
});
