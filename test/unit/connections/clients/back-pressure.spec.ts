import { describe, expect, it } from 'vitest';

import { scripted, turn } from '../../buffered-socket/scripted-socket.ts';

const BUSY = 'ERR_BUTTRESS_SOCKET_BUSY';

describe('back-pressure', () => {
  it('pauses above the high-water mark and goes on below', async () => {
    const { peer, socket } = scripted({ highWaterMark: 10 });
    peer.receive('12345');
    await turn();
    expect(peer.isPaused()).toBe(false);
    peer.receive('67890');
    await turn();
    expect(peer.isPaused()).toBe(true);
    peer.receive('later');
    await turn();
    expect(socket.bytesUnread).toBe(10);

    expect(String(await socket.readExactly(1))).toBe('1');
    expect(peer.isPaused()).toBe(false);
    await turn();
    expect(socket.bytesUnread).toBe(14);
    expect(peer.isPaused()).toBe(true);
  });

  it('a read that needs more than the high-water mark gets it', async () => {
    const { peer, socket } = scripted({ highWaterMark: 4 });
    peer.receive('1234');
    await turn();
    expect(peer.isPaused()).toBe(true);
    const read = socket.readExactly(12);
    peer.receive('5678', '9012');
    expect(String(await read)).toBe('123456789012');
  });

  it('a tryRead* that needs more lets one chunk more in each time', async () => {
    const { peer, socket } = scripted({ highWaterMark: 4 });
    peer.receive('1234', '5678', '90\n');
    await turn();
    const tries: (string | undefined)[] = [];
    for (let n = 0; n < 4; n++) {
      tries.push(socket.tryReadUntil('\n')?.toString());
      // oxlint-disable-next-line no-await-in-loop -- chunks come between
      await turn();
    }
    expect(tries).toContain('1234567890');
  });

  it('a read that is given up lets the socket be paused again', async () => {
    const { peer, socket } = scripted({ highWaterMark: 4 });
    await expect(socket.readUntil('\n', { timeoutMs: 1 })).rejects.toThrow('1 ms');
    for (let n = 0; n < 100; n++) peer.receive('12345678');
    await turn();
    expect(peer.isPaused()).toBe(true);
    expect(socket.bytesUnread).toBeLessThan(100 * 8);
  });

  it('bytes that wait to be sent are bounded, a single message is not', async () => {
    const { socket } = scripted({ maxUnsent: 10 });
    socket.buffer('a message of more than ten bytes');
    expect(() => socket.buffer('x')).toThrow(expect.objectContaining({ code: BUSY }));
    await expect(socket.write('x')).rejects.toMatchObject({ code: BUSY, bytesUnsent: 32 });
    await socket.flush();
    for (let n = 0; n < 10; n++) socket.buffer('x');
    expect(() => socket.buffer('x')).toThrow(expect.objectContaining({ code: BUSY }));
  });

  it('writes that wait are bounded', async () => {
    const { peer, socket } = scripted({ maxQueue: 2 }, { room: 0, highWaterMark: 1 });
    await socket.write('1', { timeoutMs: 0 });
    const waiting = [socket.write('2'), socket.write('3')];
    await expect(socket.write('4')).rejects.toMatchObject({ code: BUSY });
    peer.makeRoom(100);
    await Promise.all(waiting);
    await socket.flush();
    expect(peer.sentText).toBe('1234');
  });

  it('what a given-up write left stays until the next flush', async () => {
    const { peer, socket } = scripted({}, { room: 0, highWaterMark: 1 });
    await socket.write('1', { timeoutMs: 0 });
    await expect(socket.write('2', { timeoutMs: 0 })).rejects.toMatchObject({ bytesUnsent: 1 });
    peer.makeRoom(100);
    await turn();
    expect(peer.sentText).toBe('1');
    await socket.write('3');
    expect(peer.sentText).toBe('123');
  });
});
