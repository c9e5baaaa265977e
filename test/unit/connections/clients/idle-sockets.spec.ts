import { PassThrough } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { IdleSockets } from '../../../../lib/connections/clients/idle-sockets.ts';

const CLOCK = { now: () => 0 };
const LIMITS = { idleMs: 4_000, bufferMs: 1_000 };

/** A connection whose latest answer had a header. */
function freed(keepAlive?: string) {
  const timeouts: number[] = [];
  const socket = Object.assign(new PassThrough(), {
    setTimeout: (ms: number) => timeouts.push(ms),
    _httpMessage: { res: { headers: keepAlive === undefined ? {} : { 'keep-alive': keepAlive } } },
  });
  return { socket, timeouts };
}

describe('Kept connections', () => {
  it.each([
    [undefined, 4_000],
    ['timeout=3', 2_000],
    ['max=100, timeout=3', 2_000],
    ['timeout=60', 4_000],
    ['timeout=soon', 4_000],
  ])('are given up before their server does: %s', (header, idleMs) => {
    const { socket, timeouts } = freed(header);
    expect(new IdleSockets(LIMITS, CLOCK).keep(socket)).toBe(true);
    expect(timeouts).toEqual([idleMs]);
  });

  it('are not kept for a server that ends them at once.', () => {
    const { socket } = freed('timeout=1');
    expect(new IdleSockets(LIMITS, CLOCK).keep(socket)).toBe(false);
  });

  it('are given up by the clock where a blocked loop holds up the timers.', () => {
    let now = 0;
    const idle = new IdleSockets(LIMITS, { now: () => now });
    const [early, late, fresh] = [freed('timeout=3').socket, freed().socket, freed().socket];
    idle.keep(early);
    idle.keep(late);
    now = 2_000;
    idle.dropStale([early, late, fresh]);
    expect([early, late, fresh].map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
  });
});
