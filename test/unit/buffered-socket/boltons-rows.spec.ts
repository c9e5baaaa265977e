import { describe, expect, it } from 'vitest';

import type { BufferedSocketOptions } from '../../../lib/buffered-socket/buffered-socket.options.ts';
import { NetstringSocket } from '../../../lib/buffered-socket/netstring-socket.ts';
import { pair, scripted, turn } from './scripted-socket.ts';

// The tests of boltons' BufferedSocket (tests/test_socketutils.py), by their names there.

const ENDED = 'ERR_BUTTRESS_SOCKET_ENDED';
const TIMEOUT = 'ERR_BUTTRESS_SOCKET_TIMEOUT';
const TOO_LONG = 'ERR_BUTTRESS_SOCKET_TOO_LONG';

function netstrings(options?: BufferedSocketOptions): [NetstringSocket, NetstringSocket] {
  const [near, far] = pair(options);
  return [new NetstringSocket(near), new NetstringSocket(far)];
}

describe('boltons: short_lines', () => {
  it.each([2, 4, 6, 1024, Infinity])('are read one by one with maxSize %d', async (maxSize) => {
    const { peer, socket } = scripted({ maxSize });
    peer.receive('1\n2\n3\n');

    expect(String(await socket.readUntil('\n'))).toBe('1');
    expect(String(await socket.readUntil('\n'))).toBe('2');
    peer.hangUp();
    expect(String(await socket.readToEnd())).toBe('3\n');
    await expect(socket.readExactly(1)).rejects.toMatchObject({ code: ENDED, bytesRead: 0 });
  });
});

describe('boltons: multibyte_delim', () => {
  const cases = [3, 5, 1024, Infinity].flatMap((maxSize) => [
    { maxSize, withDelimiter: false },
    { maxSize, withDelimiter: true },
  ]);

  it.each(cases)(
    'is found with maxSize $maxSize, withDelimiter $withDelimiter',
    async (options) => {
      const { peer, socket } = scripted();
      const delimiter = options.withDelimiter ? '\r\n' : '';
      const long = '2'.repeat(2048);
      for (const text of ['', '1', long]) peer.receive(`${text}\r\n`);

      expect(String(await socket.readUntil('\r\n', options))).toBe(delimiter);
      // Three bytes with the delimiter, which counts: 3 is exact.
      expect(String(await socket.readUntil('\r\n', options))).toBe(`1${delimiter}`);
      const third = socket.readUntil('\r\n', options);
      if (options.maxSize === Infinity) {
        expect(String(await third)).toBe(long + delimiter);
        return;
      }
      await expect(third).rejects.toMatchObject({ code: TOO_LONG, bytesRead: 2050 });
      expect(socket.bytesUnread).toBe(2050);
    },
  );
});

describe('boltons: buffers', () => {
  it('begin empty, keep what is buffered, send it first, and hold what is unread', async () => {
    const [near, far] = pair();
    for (const socket of [near, far]) {
      expect(socket.bytesUnread).toBe(0);
      expect(socket.bytesUnsent).toBe(0);
    }

    near.buffer('12');
    await turn();
    expect(near.bytesUnsent).toBe(2);
    expect(far.bytesUnread).toBe(0);
    await near.write('3');
    expect(near.bytesUnsent).toBe(0);

    expect(String(await far.readExactly(1))).toBe('1');
    expect(String(await far.peek(2))).toBe('23');
    expect(far.bytesUnread).toBe(2);
  });
});

describe('boltons: client_disconnecting', () => {
  it('closes with both buffers emptied, and everything fails afterwards', async () => {
    const { peer, socket } = scripted();
    peer.receive('abc');
    await turn();
    socket.buffer('123');
    expect(peer.destroyed).toBe(false);

    await socket.close();
    expect(peer.destroyed).toBe(true);
    expect(peer.sentText).toBe('');
    expect(socket.bytesUnread).toBe(0);
    expect(socket.bytesUnsent).toBe(0);
    const closed = { code: 'ERR_BUTTRESS_SOCKET_CLOSED' };
    await expect(socket.read()).rejects.toMatchObject(closed);
    await expect(socket.write('4')).rejects.toMatchObject(closed);
    await expect(socket.flush()).rejects.toMatchObject(closed);
    expect(socket.bytesUnsent).toBe(0);
  });

  it('fails a flush and keeps the bytes when the peer is gone; ending and closing are tolerated', async () => {
    const { peer, socket } = scripted();
    socket.buffer('123');
    const reset = new Error('read ECONNRESET');
    peer.destroy(reset);
    await turn();

    await expect(socket.flush()).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_SOCKET_FAILED',
      cause: reset,
      bytesUnsent: 3,
    });
    expect(socket.bytesUnsent).toBe(3);
    await expect(socket.write('4')).rejects.toMatchObject({ bytesUnsent: 3 });
    await expect(socket.end()).rejects.toMatchObject({ bytesUnsent: 3 });
    await socket.close();
    expect(socket.bytesUnsent).toBe(0);
  });
});

describe('boltons: split_delim', () => {
  it('is found when one half of it came before a timeout', async () => {
    const { peer, socket } = scripted();
    peer.receive('1234\r');
    await expect(socket.readUntil('\r\n', { timeoutMs: 0.1 })).rejects.toMatchObject({
      code: TIMEOUT,
      bytesRead: 5,
    });

    peer.receive('\n5');
    const message = await socket.readUntil('\r\n', { withDelimiter: true });
    expect(String(message)).toBe('1234\r\n');
    expect(String(await socket.readExactly(1))).toBe('5');
  });
});

describe('boltons: basic_nonblocking', () => {
  const ways = {
    'per call': () => ({ ...scripted(), options: { timeoutMs: 0 } }),
    'of the socket': () => ({ ...scripted({ timeoutMs: 0 }), options: {} }),
    'set later': () => {
      const both = scripted();
      both.socket.timeoutMs = 0;
      return { ...both, options: {} };
    },
  };

  it.each(Object.entries(ways))(
    'times out at once without a byte, and serves what is there: %s',
    async (_way, make) => {
      const { peer, socket, options } = make();
      await expect(socket.readUntil('\n', options)).rejects.toMatchObject({ code: TIMEOUT });
      peer.receive('\n');
      await turn();
      expect(await socket.readUntil('\n', options)).toHaveLength(0);
    },
  );
});

describe('boltons: timeout_setters', () => {
  it('take 1 s, no time, and no limit, and refuse what is none of these', () => {
    const { socket } = scripted();
    expect(socket.timeoutMs).toBe(10_000);
    for (const timeoutMs of [1_000, 0, Infinity]) {
      socket.timeoutMs = timeoutMs;
      expect(socket.timeoutMs).toBe(timeoutMs);
    }
    expect(() => (socket.timeoutMs = -1)).toThrow(RangeError);
    expect(() => (socket.timeoutMs = NaN)).toThrow(RangeError);
  });
});

describe('boltons: netstring', () => {
  it('carries ping and pong a thousand times', async () => {
    const [client, server] = netstrings();
    const serve = async (): Promise<void> => {
      for await (const message of server) await server.write(`${String(message)} pong`);
    };
    const served = serve();
    for (let n = 0; n < 1_000; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await client.write(`ping ${n}`);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(String(await client.read())).toBe(`ping ${n} pong`);
    }
    await client.socket.end();
    await served;
  });

  it('carries a thousand messages in one go, and then the end', async () => {
    const [client, server] = netstrings();
    for (let n = 0; n < 1_000; n++) client.buffer(`message ${n}`);
    await client.socket.flush();
    const messages = await Promise.all(Array.from({ length: 1_000 }, () => server.read()));

    expect(messages.map(String)).toEqual(messages.map((_, n) => `message ${n}`));
    expect(server.socket.bytesUnread).toBe(0);
    await client.socket.end();
    await expect(server.read()).rejects.toMatchObject({ code: ENDED, bytesRead: 0 });
  });

  it('carries 128 KiB with a larger maxSize', async () => {
    const [client, server] = netstrings({ maxSize: 128 * 1024 });
    const message = Buffer.alloc(128 * 1024, 'x');
    const written = client.write(message);
    expect((await server.read()).equals(message)).toBe(true);
    await written;
  });

  it('times out when no answer comes', async () => {
    const [client] = netstrings();
    await expect(client.read({ timeoutMs: 100 })).rejects.toMatchObject({ code: TIMEOUT });
  });

  it('is refused twice as too long, and keeps every byte', async () => {
    const [client, server] = netstrings({ maxSize: 2048 });
    await client.write('a'.repeat(4096));

    await expect(server.read()).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_NETSTRING_TOO_LONG',
      reason: 'too-long',
    });
    await expect(server.socket.readUntil('b', { maxSize: 4096 })).rejects.toMatchObject({
      code: TOO_LONG,
    });
    // Unlike there, the size is kept as well: `4096:`.
    expect(String(await server.socket.readExactly(4097 + 5))).toBe(`4096:${'a'.repeat(4096)},`);
    for (const read of [
      server.socket.readUntil('b', { timeoutMs: 10 }),
      server.socket.readExactly(1, { timeoutMs: 10 }),
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- both wait already
      await expect(read).rejects.toMatchObject({ code: TIMEOUT, bytesRead: 0 });
    }
  });
});

describe('boltons: netstring_timeout', () => {
  it('takes the limit of a call before that of the socket', async () => {
    const [client, server] = netstrings({ timeoutMs: 10 });
    const read = server.read({ timeoutMs: 5_000 });
    setTimeout(() => void client.write('late'), 20);
    expect(String(await read)).toBe('late');
  });
});
