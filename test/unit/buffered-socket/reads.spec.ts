import { describe, expect, it } from 'vitest';

import type { UnreadBytes } from '../../../lib/buffered-socket/unread.ts';
import { scripted, turn } from './scripted-socket.ts';

const ENDED = 'ERR_BUTTRESS_SOCKET_ENDED';
const BUSY = 'ERR_BUTTRESS_SOCKET_BUSY';

/** Four bytes of length, then a text of at most 100 bytes. */
function lengthPrefixed(unread: UnreadBytes): string | undefined {
  if (unread.length < 4) return undefined;
  const size = unread.peek(4).readUInt32BE();
  if (size > 100) throw new RangeError(`a message of ${size} bytes`);
  return unread.length < 4 + size ? undefined : String(unread.take(4 + size).subarray(4));
}

describe('reads at once', () => {
  it('are served in order, each from what the one before left', async () => {
    const { peer, socket } = scripted();
    const reads = [socket.readUntil('\n'), socket.readExactly(3), socket.peek(2), socket.read()];
    peer.receive('a', 'b\nc', 'deXY');
    const [line, three, peeked, rest] = await Promise.all(reads);
    expect([line, three, peeked, rest].map(String)).toEqual(['ab', 'cde', 'XY', 'XY']);
  });

  it('go on behind one that fails', async () => {
    const { peer, socket } = scripted();
    const [long, next] = [socket.readUntil('\n', { maxSize: 3 }), socket.readExactly(2)];
    peer.receive('abcd');
    await expect(long).rejects.toMatchObject({ code: 'ERR_BUTTRESS_SOCKET_TOO_LONG' });
    expect(String(await next)).toBe('ab');
  });

  it('are refused beyond maxQueue', async () => {
    const { peer, socket } = scripted({ maxQueue: 2 });
    const waiting = [socket.readExactly(1), socket.readExactly(1)];
    await expect(socket.readExactly(1)).rejects.toMatchObject({ code: BUSY });
    peer.receive('ab');
    expect((await Promise.all(waiting)).map(String)).toEqual(['a', 'b']);
  });

  it('leave nothing to tryRead* while one waits', async () => {
    const { peer, socket } = scripted();
    const line = socket.readUntil('\n');
    peer.receive('abc');
    await turn();
    expect(socket.tryRead()).toBeUndefined();
    expect(socket.tryReadExactly(1)).toBeUndefined();
    expect(socket.tryReadUntil('b')).toBeUndefined();
    expect(socket.tryReadToEnd()).toBeUndefined();
    expect(socket.tryPeek(1)).toBeUndefined();
    expect(socket.tryReadMessage((unread) => unread.take(1))).toBeUndefined();
    peer.receive('\n');
    expect(String(await line)).toBe('abc');
  });
});

describe('tryRead*', () => {
  it('give what is there, undefined before, and fail after the end', async () => {
    const { peer, socket } = scripted();
    expect(socket.tryRead()).toBeUndefined();
    peer.receive('one\n2345six');
    await turn();
    expect(String(socket.tryReadUntil('\n', { withDelimiter: true }))).toBe('one\n');
    expect(String(socket.tryReadExactly(4))).toBe('2345');
    expect(socket.tryReadUntil('\n')).toBeUndefined();
    expect(socket.tryReadToEnd()).toBeUndefined();
    expect(String(socket.tryPeek(1))).toBe('s');
    peer.hangUp();
    await turn();
    expect(() => socket.tryReadUntil('\n')).toThrow(expect.objectContaining({ code: ENDED }));
    expect(() => socket.tryReadExactly(4)).toThrow(expect.objectContaining({ bytesRead: 3 }));
    expect(() => socket.tryPeek(4)).toThrow(expect.objectContaining({ code: ENDED }));
    expect(String(socket.tryReadToEnd())).toBe('six');
    expect(socket.tryReadToEnd()).toHaveLength(0);
    expect(socket.tryRead()).toBeNull();
  });

  it('keep to a limit as reads do', async () => {
    const { peer, socket } = scripted({ maxSize: 3 });
    peer.receive('abcd');
    await turn();
    const tooLong = expect.objectContaining({ code: 'ERR_BUTTRESS_SOCKET_TOO_LONG' });
    expect(() => socket.tryReadUntil('\n')).toThrow(tooLong);
    expect(() => socket.tryReadToEnd()).toThrow(tooLong);
    expect(socket.bytesUnread).toBe(4);
  });
});

describe('readMessage', () => {
  it('reads a framing of one’s own, all or nothing', async () => {
    const { peer, socket } = scripted();
    const message = Buffer.from('\0\0\0\x05hello\0\0\0\x02yo');
    const late = socket.readMessage(lengthPrefixed, { timeoutMs: 5 });
    peer.receive(message.subarray(0, 7));
    await expect(late).rejects.toMatchObject({ bytesRead: 7 });
    const read = socket.readMessage(lengthPrefixed);
    peer.receive(message.subarray(7));
    expect(await read).toBe('hello');
    expect(socket.tryReadMessage(lengthPrefixed)).toBe('yo');
    expect(socket.tryReadMessage(lengthPrefixed)).toBeUndefined();
  });

  it('sees numbers, once they have come', async () => {
    const { peer, socket } = scripted();
    peer.receive(Buffer.from([1]), Buffer.from([2, 3]));
    await turn();
    const seen = socket.tryReadMessage((unread) => [
      unread.uintBE(0, 3),
      unread.uintLE(0, 3),
      unread.uintBE(1, 2),
      unread.uintBE(1, 3),
      unread.uintLE(3, 1),
    ]);
    expect(seen).toEqual([0x010203, 0x030201, 0x0203, undefined, undefined]);
  });

  it('fails with what the parser throws, and keeps every byte', async () => {
    const { peer, socket } = scripted();
    const read = socket.readMessage(lengthPrefixed);
    peer.receive(Buffer.from([0, 0, 1, 0]));
    await expect(read).rejects.toThrow('a message of 256 bytes');
    expect(socket.bytesUnread).toBe(4);
  });
});

describe('unshift', () => {
  it('puts bytes back, and serves a read that waits for them', async () => {
    const { peer, socket } = scripted();
    peer.receive('world');
    const first = await socket.readExactly(3);
    socket.unshift(first);
    socket.unshift('hello ');
    expect(String(await socket.readExactly(11))).toBe('hello world');
    const read = socket.readUntil('!');
    socket.unshift('again!');
    expect(String(await read)).toBe('again');
  });
});

describe('lines', () => {
  it('end with LF or CRLF; the last one may have neither', async () => {
    const { peer, socket } = scripted();
    peer.receive('one\ntwo\r', '\n\n\rfour\r\nlast').hangUp();
    const lines: string[] = [];
    for await (const line of socket.lines()) lines.push(String(line));
    expect(lines).toEqual(['one', 'two', '', '\rfour', 'last']);
  });

  it('can be left early: what is unread stays, and the socket stays open', async () => {
    const { peer, socket } = scripted();
    peer.receive('HELO\nDATA\nbinary');
    for await (const line of socket.lines()) if (String(line) === 'DATA') break;
    expect(String(await socket.readExactly(6))).toBe('binary');
    expect(peer.destroyed).toBe(false);
    for (const name of ['data', 'end', 'error', 'close']) expect(peer.listenerCount(name)).toBe(1);
  });

  it('have a limit each, of size and of time, and keep what is there', async () => {
    const { peer, socket } = scripted({ maxSize: 6 });
    peer.receive('short\ntoo long\n');
    const lines = socket.lines({ timeoutMs: 20 });
    expect(String((await lines.next()).value)).toBe('short');
    await expect(lines.next()).rejects.toMatchObject({ code: 'ERR_BUTTRESS_SOCKET_TOO_LONG' });
    expect(socket.bytesUnread).toBe(9);
    await socket.readExactly(9);
    await expect(socket.lines({ timeoutMs: 20 }).next()).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_SOCKET_TIMEOUT',
    });
  });

  it('chunks come as they are, and the loop may be left too', async () => {
    const { peer, socket } = scripted();
    peer.receive('one', 'two', 'three');
    for await (const chunk of socket) {
      expect(String(chunk)).toBe('one');
      break;
    }
    peer.hangUp();
    const rest: string[] = [];
    for await (const chunk of socket) rest.push(String(chunk));
    expect(rest).toEqual(['two', 'three']);
  });
});
