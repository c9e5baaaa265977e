import { describe, expect, it } from 'vitest';

import { TICKET_KEYS_BYTES, TicketKeys } from '../../../../lib/cluster/protocol/ticket-keys.ts';

const HOUR_MS = 3_600_000;

let now = 0;
const clock = { now: () => now };

describe('TicketKeys', () => {
  it('R32 are the same for all workers of a listener, and others for another', () => {
    const keys = new TicketKeys(clock);
    expect(keys.of(1)).toBe(keys.of(1));
    expect(keys.of(2)).not.toBe(keys.of(1));
    expect(Buffer.from(keys.of(1), 'base64')).toHaveLength(TICKET_KEYS_BYTES);
  });

  it('R32 are made anew every few hours', () => {
    const keys = new TicketKeys(clock);
    const first = keys.of(1);
    now += 5 * HOUR_MS;
    expect([...keys.renewIfDue()]).toEqual([]);
    expect(keys.of(1)).toBe(first);
    now += HOUR_MS;
    expect([...keys.renewIfDue()]).toEqual([[1, keys.of(1)]]);
    expect(keys.of(1)).not.toBe(first);
    expect([...keys.renewIfDue()]).toEqual([]);
  });

  it('R32 of a listener that is closed are forgotten', () => {
    const keys = new TicketKeys(clock);
    keys.of(1);
    keys.forget(1);
    now += 6 * HOUR_MS;
    expect([...keys.renewIfDue()]).toEqual([]);
  });
});
