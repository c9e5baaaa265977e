import { describe, expect, it } from 'vitest';

import { loadLibc } from '../../../../../lib/posix/libc.ts';
import { until } from '../../../../support/until.ts';
import { connectTo, Thread } from './accepting-thread.ts';

const libc = await loadLibc().catch(() => undefined);

describe.skipIf(libc === undefined)('the accepting thread', () => {
  if (libc === undefined) return;

  it('passes on a client that has spoken, before one that came first and is silent', async () => {
    const thread = new Thread(libc);
    const port = thread.listen({ listener: 1, clientFirst: true });
    await connectTo(port);
    const late = await connectTo(port);
    await until('both to be accepted', () => thread.ring.behind === 2);

    await connectTo(port, 'asks at once');
    const atOnce = await thread.next();
    expect(atOnce.listener).toBe(1);
    expect(thread.textOf(atOnce)).toBe('asks at once');
    late.write('asks late');
    expect(thread.textOf(await thread.next())).toBe('asks late');
    await until('one to be silent', () => thread.ring.behind === 1);
  });

  it('passes on a silent client when its time is up', async () => {
    const maxSilenceMs = 50;
    const thread = new Thread(libc, { maxSilenceMs });
    const port = thread.listen({ listener: 1, clientFirst: true });
    const startedAt = performance.now();
    await connectTo(port);
    expect(thread.textOf(await thread.next())).toBeUndefined();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(maxSilenceMs - 1);
    await until('none to be silent', () => thread.ring.behind === 0);
  });

  it('waits for nobody where the server may speak first', async () => {
    const thread = new Thread(libc);
    const port = thread.listen({ listener: 2, clientFirst: false });
    await Promise.all([connectTo(port), connectTo(port)]);
    const passed = [await thread.next(), await thread.next()];
    expect(passed.map(({ listener }) => listener)).toEqual([2, 2]);
  });

  it('passes silent clients on when it closes the socket that they came by', async () => {
    const thread = new Thread(libc);
    const port = thread.listen({ listener: 3, clientFirst: true });
    await connectTo(port);
    await until('it to be accepted', () => thread.ring.behind === 1);
    thread.closeAll();
    expect((await thread.next()).listener).toBe(3);
    await until('the socket to be closed', () => thread.table.closing === 0);
    expect(thread.ring.behind).toBe(0);
    await expect(connectTo(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('lets the longest silent go when there are too many', async () => {
    const thread = new Thread(libc, { maxSilent: 1 });
    const port = thread.listen({ listener: 4, clientFirst: true });
    const first = await connectTo(port);
    await until('it to be accepted', () => thread.ring.behind === 1);
    await connectTo(port);
    const passed = await thread.next();
    expect(thread.ring.behind).toBe(1);
    first.write('first');
    expect(await until('its bytes', () => thread.textOf(passed))).toBe('first');
  });
});

/** One turn of the thread takes so many from a socket, at most. */
const TURN = 32;

describe.skipIf(libc === undefined)('the accepting thread under a flood', () => {
  if (libc === undefined) return;

  const FLOODED = { listener: 1, clientFirst: false };
  const FLOOD = 200;

  it('R14 passes on a client of another port after one turn of the flooded one.', async () => {
    const thread = new Thread(libc);
    const [flooded, other] = [thread.open(), thread.open()];
    await flood(flooded.port, FLOOD);
    await connectTo(other.port);
    thread.accept([
      { ...FLOODED, fd: flooded.fd },
      { listener: 2, clientFirst: false, fd: other.fd },
    ]);
    const passed = await take(thread, FLOOD + 1);
    expect(passed.indexOf(2)).toBeGreaterThanOrEqual(0);
    expect(passed.indexOf(2)).toBeLessThanOrEqual(TURN);
  });

  it('R14 passes on a client that has spoken meanwhile after two turns.', async () => {
    const thread = new Thread(libc);
    const speaker = await connectTo(thread.listen({ listener: 2, clientFirst: true }));
    await until('it to be accepted', () => thread.ring.behind === 1);
    await flood(thread.listen(FLOODED), FLOOD);
    await until('the ring to be full', () => thread.ring.isFull);
    await new Promise((resolve) => speaker.write('speaks', resolve));
    const passed = await take(thread, FLOOD + 1);
    expect(passed.indexOf(2)).toBeGreaterThanOrEqual(0);
    expect(passed.indexOf(2)).toBeLessThanOrEqual(2 * TURN);
  });

  it('R14 closes the socket of another port after three turns.', async () => {
    const thread = new Thread(libc);
    const closing = thread.open();
    thread.accept([{ listener: 2, clientFirst: false, fd: closing.fd }]);
    await flood(thread.listen(FLOODED), FLOOD);
    await until('the ring to be full', () => thread.ring.isFull);
    thread.close(closing.fd);
    await take(thread, 3 * TURN);
    await until('the socket to be closed', () => thread.table.closing === 0, { withinMs: 5_000 });
    await expect(connectTo(closing.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await take(thread, FLOOD - 3 * TURN)).not.toContain(2);
  });
});

async function flood(port: number, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => connectTo(port)));
}

/** Takes so many that were passed on and tells by which listener they came. */
async function take(thread: Thread, count: number): Promise<number[]> {
  const listeners: number[] = [];
  // oxlint-disable-next-line no-await-in-loop -- one after another
  while (listeners.length < count) listeners.push((await thread.next()).listener);
  return listeners;
}
