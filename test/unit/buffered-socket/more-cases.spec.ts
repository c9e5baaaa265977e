import { describe, expect, it } from 'vitest';

import { BufferedSocketError } from '../../../lib/buffered-socket/buffered-socket.errors.ts';
import { NetstringSocket } from '../../../lib/buffered-socket/netstring-socket.ts';
import { scripted, turn } from './scripted-socket.ts';

// What the tests of boltons lack: the rows of the second table.

const AT_ONCE = { timeoutMs: 0 };
const SOON = { timeoutMs: 20 };
const ENDED = 'ERR_BUTTRESS_SOCKET_ENDED';
const TIMEOUT = 'ERR_BUTTRESS_SOCKET_TIMEOUT';
const TOO_LONG = 'ERR_BUTTRESS_SOCKET_TOO_LONG';

describe('reads', () => {
  it('peek(1) of `ab` gives `a` and keeps `ab`', async () => {
    const { peer, socket } = scripted();
    peer.receive('ab');
    expect(String(await socket.peek(1))).toBe('a');
    expect(String(socket.tryPeek(2))).toBe('ab');
    expect(socket.bytesUnread).toBe(2);
  });

  it('peek(5) of two bytes times out and keeps them', async () => {
    const { peer, socket } = scripted();
    peer.receive('ab');
    await expect(socket.peek(5, SOON)).rejects.toMatchObject({ code: TIMEOUT, bytesRead: 2 });
    expect(String(socket.tryRead())).toBe('ab');
  });

  it('readExactly(5) with `ab` and the end fails and keeps `ab`; then 2, then nothing', async () => {
    const { peer, socket } = scripted();
    peer.receive('ab').hangUp();
    await expect(socket.readExactly(5)).rejects.toMatchObject({ code: ENDED, bytesRead: 2 });
    expect(String(await socket.readExactly(2))).toBe('ab');
    expect(await socket.read()).toBeNull();
    expect(socket.tryRead()).toBeNull();
  });

  it('readUntil, maxSize 4, fails on `abcd\\nrest` and keeps all; maxSize 5 gives `abcd`', async () => {
    const { peer, socket } = scripted();
    peer.receive('abcd\nrest');
    await expect(socket.readUntil('\n', { maxSize: 4 })).rejects.toMatchObject({
      code: TOO_LONG,
      maxSize: 4,
      bytesRead: 9,
    });
    expect(String(await socket.readUntil('\n', { maxSize: 5 }))).toBe('abcd');
    expect(String(socket.tryRead())).toBe('rest');
  });

  it('readUntil, maxSize 4, fails at once on 4 bytes without a delimiter', async () => {
    const { peer, socket } = scripted({ timeoutMs: Infinity });
    peer.receive('abcd');
    await expect(socket.readUntil('\n', { maxSize: 4 })).rejects.toMatchObject({ code: TOO_LONG });
    expect(socket.bytesUnread).toBe(4);
  });

  it('readUntil with the end first fails and keeps what came', async () => {
    const { peer, socket } = scripted();
    peer.receive('abc').hangUp();
    await expect(socket.readUntil('\n')).rejects.toMatchObject({ code: ENDED, bytesRead: 3 });
    expect(String(socket.tryReadToEnd())).toBe('abc');
  });

  it('an empty delimiter is rejected', async () => {
    const { socket } = scripted();
    await expect(socket.readUntil('')).rejects.toThrow(RangeError);
    expect(() => socket.tryReadUntil(new Uint8Array())).toThrow(RangeError);
  });

  it('readToEnd, maxSize 3, gives `abc`', async () => {
    const { peer, socket } = scripted();
    peer.receive('abc').hangUp();
    expect(String(await socket.readToEnd({ maxSize: 3 }))).toBe('abc');
  });

  it('readToEnd, maxSize 3, fails on `abcdef` and keeps it', async () => {
    const { peer, socket } = scripted();
    peer.receive('abcdef');
    await expect(socket.readToEnd({ maxSize: 3 })).rejects.toMatchObject({ code: TOO_LONG });
    expect(String(socket.tryRead())).toBe('abcdef');
  });

  it('readToEnd times out while the other side is open, and keeps what came', async () => {
    const { peer, socket } = scripted();
    peer.receive('abc');
    await expect(socket.readToEnd({ maxSize: 3, ...SOON })).rejects.toMatchObject({
      code: TIMEOUT,
      bytesRead: 3,
    });
    expect(String(socket.tryRead())).toBe('abc');
  });

  it('readExactly(0) gives nothing at once, with an empty buffer', async () => {
    const { socket } = scripted();
    expect(await socket.readExactly(0, AT_ONCE)).toHaveLength(0);
    expect(socket.tryReadExactly(0)).toHaveLength(0);
  });

  it('read(0) gives nothing; the end is null', async () => {
    const { peer, socket } = scripted();
    expect(await socket.read(0, AT_ONCE)).toHaveLength(0);
    expect(socket.tryRead(0)).toHaveLength(0);
    peer.hangUp();
    expect(await socket.read()).toBeNull();
  });
});

describe('writes', () => {
  it('a write of 8 MiB that nobody reads times out, and what is left can be read', async () => {
    const { peer, socket } = scripted({}, { room: 100_000 });
    const message = Buffer.alloc(8 * 1024 * 1024, 'abcdefg');
    const error: unknown = await socket.write(message, SOON).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(BufferedSocketError);
    expect(error).toMatchObject({ code: TIMEOUT, bytesUnsent: socket.bytesUnsent });
    const taken = message.length - socket.bytesUnsent;
    expect(taken).toBeLessThan(512 * 1024);
    peer.makeRoom(Infinity);
    await turn();
    expect(Buffer.concat(peer.sent)).toHaveLength(taken);
    expect(socket.takeUnsent().equals(message.subarray(taken))).toBe(true);
    expect(socket.bytesUnsent).toBe(0);
  });

  it('what is left goes out with the next flush, so that no message is cut', async () => {
    const { peer, socket } = scripted({}, { room: 100_000 });
    const message = Buffer.alloc(1024 * 1024, 'abcdefg');
    await expect(socket.write(message, SOON)).rejects.toMatchObject({ code: TIMEOUT });
    peer.makeRoom(Infinity);
    await socket.flush();
    expect(Buffer.concat(peer.sent).equals(message)).toBe(true);
  });

  it('a write that is done exactly at its deadline is a success', async () => {
    const { peer, socket } = scripted({}, { room: 10, highWaterMark: 16 });
    // Taken as a whole, but no room for more before the time is up.
    await socket.write('x'.repeat(16), SOON);
    expect(socket.bytesUnsent).toBe(0);
    await expect(socket.write('y', AT_ONCE)).rejects.toMatchObject({
      code: TIMEOUT,
      bytesUnsent: 1,
    });
    peer.makeRoom(100);
    await socket.flush();
    expect(peer.sentText).toBe(`${'x'.repeat(16)}y`);
  });

  it('flush of nothing and a second close do nothing', async () => {
    const { peer, socket } = scripted();
    await socket.flush(AT_ONCE);
    expect(peer.sent).toEqual([]);
    await socket.close();
    await socket.close();
    await socket[Symbol.asyncDispose]();
  });

  it('a write after close is rejected and leaves nothing', async () => {
    const { socket } = scripted();
    await socket.close();
    await expect(socket.write('x')).rejects.toMatchObject({ code: 'ERR_BUTTRESS_SOCKET_CLOSED' });
    expect(() => socket.buffer('x')).toThrow(BufferedSocketError);
    expect(socket.bytesUnsent).toBe(0);
  });
});

async function refusal(bytes: string, maxSize = 1024): Promise<unknown> {
  const { peer, socket } = scripted();
  peer.receive(bytes);
  await turn();
  const error: unknown = await new NetstringSocket(socket)
    .read({ maxSize, ...AT_ONCE })
    .catch((thrown: unknown) => thrown);
  expect(String(socket.tryRead())).toBe(bytes);
  return error;
}

describe('netstrings', () => {
  it.each([
    '05:hello,',
    '+5:hello,',
    ' 5:hello,',
    '1_0:0123456789,',
    '-1:',
    'a:',
    ':,',
    '5 :hello,',
  ])('`%s` has no size', async (bytes) => {
    expect(await refusal(bytes)).toMatchObject({
      code: 'ERR_BUTTRESS_NETSTRING_SIZE',
      bytesRead: bytes.length,
    });
  });

  it('`99999999999:` is too long, before its colon comes', async () => {
    const code = 'ERR_BUTTRESS_NETSTRING_TOO_LONG';
    expect(await refusal('99999999999:')).toMatchObject({ code });
    expect(await refusal('9999')).toMatchObject({ code });
    expect(await refusal('9'.repeat(400), Infinity)).toMatchObject({ code });
  });

  it('`5:hello;` has no comma', async () => {
    expect(await refusal('5:hello;')).toMatchObject({ code: 'ERR_BUTTRESS_NETSTRING_TERMINATOR' });
  });

  it('`0:,` is empty', async () => {
    const { peer, socket } = scripted();
    peer.receive('0:,');
    expect(await new NetstringSocket(socket).read()).toHaveLength(0);
  });

  it('a message is read under one deadline, its size included', async () => {
    const { peer, socket } = scripted();
    const netstrings = new NetstringSocket(socket);
    const trickle = setInterval(() => peer.receive('x'), 10);
    peer.receive('500:');
    // A limit that began anew with each byte would let the whole message come.
    await expect(netstrings.read({ timeoutMs: 100 })).rejects.toMatchObject({ code: TIMEOUT });
    clearInterval(trickle);
    expect(String(socket.tryPeek(4))).toBe('500:');
  });
});
