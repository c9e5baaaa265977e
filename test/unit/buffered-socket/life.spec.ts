import { describe, expect, it } from 'vitest';

import { BufferedSocket } from '../../../lib/buffered-socket/buffered-socket.ts';
import { NetstringSocket } from '../../../lib/buffered-socket/netstring-socket.ts';
import { closed, pair, ScriptedSocket, scripted, turn } from './scripted-socket.ts';

const ENDED = 'ERR_BUTTRESS_SOCKET_ENDED';
const FAILED = 'ERR_BUTTRESS_SOCKET_FAILED';
const CLOSED = 'ERR_BUTTRESS_SOCKET_CLOSED';

describe('the end', () => {
  it('of the other side leaves this one open: half-close', async () => {
    const [client, server] = pair();
    const serve = async (): Promise<void> => {
      const question = await server.readToEnd();
      await server.write(`answer to ${String(question)}`);
      await server.end();
    };
    const served = serve();
    await client.write('question');
    await client.end();
    expect(String(await client.readToEnd())).toBe('answer to question');
    await served;
    await expect(client.write('more')).rejects.toMatchObject({ code: CLOSED });
    await client.end();
  });

  it('fails the reads that need more, and serves those that do not', async () => {
    const { peer, socket } = scripted();
    const reads = [socket.readExactly(5), socket.readExactly(2), socket.readToEnd(), socket.read()];
    const settled = Promise.allSettled(reads);
    peer.receive('abc').hangUp();
    const [five, two, rest, none] = await settled;
    expect(five).toMatchObject({ status: 'rejected', reason: { code: ENDED, bytesRead: 3 } });
    expect(two).toMatchObject({ status: 'fulfilled', value: Buffer.from('ab') });
    expect(rest).toMatchObject({ status: 'fulfilled', value: Buffer.from('c') });
    expect(none).toMatchObject({ status: 'fulfilled', value: null });
  });

  it('comes after what was buffered, when end() is called', async () => {
    const { peer, socket } = scripted({}, { room: 4, highWaterMark: 4 });
    socket.buffer('12345678');
    const ended = socket.end();
    await expect(socket.write('9')).rejects.toMatchObject({ code: CLOSED });
    peer.makeRoom(100);
    await ended;
    expect(peer.sentText).toBe('12345678');
    expect(peer.writableFinished).toBe(true);
  });
});

describe('an error of the socket', () => {
  it('comes after what came before it', async () => {
    const { peer, socket } = scripted();
    const reset = new Error('read ECONNRESET');
    peer.receive('one\ntwo');
    await turn();
    peer.destroy(reset);
    await closed(peer);
    expect(String(await socket.readUntil('\n'))).toBe('one');
    await expect(socket.readUntil('\n')).rejects.toMatchObject({
      code: FAILED,
      cause: reset,
      bytesRead: 3,
    });
    expect(String(await socket.read())).toBe('two');
    await expect(socket.read()).rejects.toMatchObject({ code: FAILED, cause: reset });
    await expect(socket.readToEnd()).rejects.toMatchObject({ code: FAILED });
  });

  it('leaves what lay in a paused socket', async () => {
    const { peer, socket } = scripted({ highWaterMark: 4 });
    peer.receive('12345');
    await turn();
    peer.receive('67', '89');
    peer.destroy(new Error('reset'));
    await closed(peer);
    expect(String(await socket.readExactly(9))).toBe('123456789');
    expect(() => socket.tryRead()).toThrow(expect.objectContaining({ code: FAILED }));
  });

  it('fails what waits, both ways', async () => {
    const { peer, socket } = scripted({}, { room: 0, highWaterMark: 1 });
    await socket.write('1', { timeoutMs: 0 });
    const settled = Promise.allSettled([socket.read(), socket.write('2'), socket.flush()]);
    peer.destroy();
    for (const result of await settled) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: FAILED } });
    }
    expect(socket.bytesUnsent).toBe(1);
  });

  it('is seen too when it came before the socket was wrapped', async () => {
    const peer = new ScriptedSocket();
    peer.on('error', () => undefined).destroy(new Error('gone'));
    await closed(peer);
    const socket = new BufferedSocket(peer);
    await expect(socket.read()).rejects.toMatchObject({ code: FAILED });
    await expect(socket.write('x')).rejects.toMatchObject({ code: FAILED });
  });
});

describe('detach', () => {
  it('gives the socket back, with its unread bytes in it and nothing of ours on it', async () => {
    const { peer, socket } = scripted();
    peer.receive('STARTTLS\n', 'un', 'read ');
    await turn();
    expect(String(await socket.readUntil('\n'))).toBe('STARTTLS');
    const settled = Promise.allSettled([socket.readExactly(1_000)]);
    const raw = socket.detach();
    expect(raw).toBe(peer);
    expect((await settled)[0]).toMatchObject({ reason: { code: CLOSED } });
    for (const name of ['data', 'end', 'error', 'close', 'drain', 'finish']) {
      expect(raw.listenerCount(name)).toBe(0);
    }

    peer.receive('bytes').hangUp();
    const chunks: Buffer[] = [];
    for await (const chunk of raw) chunks.push(chunk as Buffer);
    expect(String(Buffer.concat(chunks))).toBe('unread bytes');
    await expect(socket.read()).rejects.toMatchObject({ code: CLOSED });
    await expect(socket.write('x')).rejects.toMatchObject({ code: CLOSED });
    expect(() => socket.detach()).toThrow(expect.objectContaining({ code: CLOSED }));
    expect(() => socket.unshift('x')).toThrow(expect.objectContaining({ code: CLOSED }));
    await socket.close();
  });

  it('lets the next owner be a BufferedSocket again, or close it', async () => {
    const { peer, socket } = scripted();
    peer.receive('onetwo');
    await socket.readExactly(3);
    const next = new BufferedSocket(socket.detach());
    await socket.close();
    socket.destroy();
    expect(peer.destroyed).toBe(false);
    expect(String(await next.readExactly(3))).toBe('two');
    await next.write('still open');
    expect(peer.sentText).toBe('still open');
  });

  it('refuses to lose bytes', async () => {
    const { peer, socket } = scripted();
    socket.buffer('unsent');
    const code = 'ERR_BUTTRESS_SOCKET_DETACH';
    expect(() => socket.detach()).toThrow(expect.objectContaining({ code, bytesUnsent: 6 }));
    await socket.flush();
    peer.receive('unread').hangUp();
    await turn();
    expect(() => socket.detach()).toThrow(expect.objectContaining({ code, bytesRead: 6 }));
    await socket.readToEnd();
    expect(socket.detach()).toBe(peer);
  });
});

describe('close and destroy', () => {
  it('await using closes it, when what was written is sent', async () => {
    const peer = new ScriptedSocket();
    {
      await using socket = new BufferedSocket(peer);
      await socket.write('bye');
    }
    expect(peer.sentText).toBe('bye');
    expect(peer.writableFinished).toBe(true);
    expect(peer.destroyed).toBe(true);
    for (const name of ['data', 'end', 'drain', 'finish']) {
      expect(peer.listenerCount(name)).toBe(0);
    }
  });

  it('close waits no longer than it may, and never rejects', async () => {
    const { peer, socket } = scripted({}, { room: 0 });
    await socket.write('never sent');
    const settled = Promise.allSettled([socket.read()]);
    await socket.close({ timeoutMs: 20 });
    expect(peer.destroyed).toBe(true);
    expect((await settled)[0]).toMatchObject({ reason: { code: CLOSED } });
    await expect(socket.close({ timeoutMs: -1 })).rejects.toThrow(RangeError);
  });

  it('close ends at once with its signal', async () => {
    const { peer, socket } = scripted({}, { room: 0 });
    await socket.write('never sent');
    await socket.close({ signal: AbortSignal.abort() });
    expect(peer.destroyed).toBe(true);
  });

  it('destroy fails what waits, and its error is nobody’s uncaught one', async () => {
    const { peer, socket } = scripted();
    const read = socket.read();
    socket.destroy(new Error('enough'));
    await expect(read).rejects.toMatchObject({ code: CLOSED });
    await closed(peer);
    await socket.close();
    expect(peer.errored?.message).toBe('enough');
    expect(peer.listenerCount('error')).toBe(0);
  });
});

describe('a BufferedSocket that can’t work', () => {
  it('is refused on a socket that can’t be read', () => {
    const objects = new ScriptedSocket();
    objects.setEncoding('utf8');
    expect(() => new BufferedSocket(objects)).toThrow(TypeError);
    const taken = new ScriptedSocket().on('data', () => undefined);
    expect(() => new BufferedSocket(taken)).toThrow(TypeError);
    expect(() => new BufferedSocket({} as never)).toThrow(TypeError);
    expect(() => new BufferedSocket(undefined as never)).toThrow(TypeError);
  });

  it.each([
    { timeoutMs: -1 },
    { maxSize: 0 },
    { highWaterMark: 0 },
    { maxUnsent: 1.5 },
    { maxQueue: 0 },
  ])('is refused with the wrong options %j', (options) => {
    expect(() => new BufferedSocket(new ScriptedSocket(), options)).toThrow(RangeError);
    const unknown = { recvsize: 1 };
    expect(() => new BufferedSocket(new ScriptedSocket(), unknown as never)).toThrow(TypeError);
  });

  it('rejects wrong arguments, and takes nothing', async () => {
    const { peer, socket } = scripted();
    peer.receive('abc');
    await turn();
    await expect(socket.readExactly(-1)).rejects.toThrow(RangeError);
    await expect(socket.readExactly('1' as never)).rejects.toThrow(TypeError);
    await expect(socket.readUntil('\n', { maxSize: 0.5 })).rejects.toThrow(RangeError);
    await expect(socket.read(1, { timeoutMs: NaN })).rejects.toThrow(RangeError);
    await expect(socket.write(5 as never)).rejects.toThrow(TypeError);
    expect(socket.bytesUnread).toBe(3);
  });

  it.each<[string, object]>([
    ['maxsize is not an option. Known: maxSize, withDelimiter, timeoutMs,', { maxsize: 5 }],
    ['withDelimiter must be true or false', { withDelimiter: 'yes' }],
    ['timeoutMs must be a number', { timeoutMs: '5' }],
    ['signal must be an AbortSignal', { signal: new AbortController() }],
    ['options must be an object', 500 as never],
  ])('wrong options of a call reject, and take nothing: %s', async (message, options) => {
    const { peer, socket } = scripted();
    peer.receive('abc\n');
    await turn();
    await expect(socket.readUntil('\n', options)).rejects.toThrow(message);
    expect(socket.bytesUnread).toBe(4);
  });

  it('options that an operation does not have reject in it', async () => {
    const { peer, socket } = scripted();
    peer.receive('3:abc,');
    await turn();
    const stray = { maxSize: 5 } as object;
    await expect(socket.readExactly(1, stray)).rejects.toThrow('maxSize is not an option');
    await expect(socket.write('x', stray)).rejects.toThrow('maxSize is not an option');
    expect(() => socket.tryReadUntil('\n', { timeoutMs: 5 } as object)).toThrow(TypeError);
    const messages = new NetstringSocket(socket);
    await expect(messages.read({ withDelimiter: true } as object)).rejects.toThrow(TypeError);
    expect(() => messages.tryRead({ timeoutMs: 5 } as object)).toThrow(TypeError);
    expect(String(await messages.read({ maxSize: 3, timeoutMs: 5 }))).toBe('abc');
  });
});
