import { describe, expect, it } from 'vitest';

import { LeaseHolder } from '../../../../lib/cluster/protocol/lease.ts';

describe('LeaseHolder', () => {
  it('frees the worker with the claim, and keeps the copy until the next frame', () => {
    const holder = new LeaseHolder<string>();
    holder.offer({ id: 1, item: 'a', expiresAt: 10 });
    expect(holder.claim(1)).toEqual([]);
    expect(holder.isFree).toBe(true);
    expect(holder.pending).toBe(1);
    expect(holder.confirm()).toEqual([{ kind: 'handed', item: 'a' }]);
    expect(holder.pending).toBe(0);
  });

  it('lets a second connection wait behind the first, and no third', () => {
    const holder = new LeaseHolder<string>();
    holder.offer({ id: 1, item: 'a', expiresAt: 10 });
    holder.offer({ id: 2, item: 'b', expiresAt: 11 });
    expect(holder.isFree).toBe(false);
    expect(holder.offer({ id: 3, item: 'c', expiresAt: 12 })).toBe(false);
    expect(holder.offered?.id).toBe(1);
    holder.claim(1);
    expect(holder.offered?.id).toBe(2);
    expect([holder.unclaimed, holder.pending]).toEqual([1, 2]);
  });

  it('returns both connections of a worker that claims neither', () => {
    const holder = new LeaseHolder<string>();
    holder.offer({ id: 1, item: 'a', expiresAt: 10 });
    holder.offer({ id: 2, item: 'b', expiresAt: 11 });
    expect(holder.expire(1)).toEqual([{ kind: 'returned', item: 'a' }]);
    expect(holder.offered?.id).toBe(2);
    expect(holder.expire(2)).toEqual([{ kind: 'returned', item: 'b' }]);
    holder.claim(1);
    holder.decline(1);
    expect(holder.isFree).toBe(false);
    holder.claim(2);
    holder.decline(2);
    expect(holder.isFree).toBe(true);
  });

  it('gives nothing new to a worker that has not declined yet', () => {
    const holder = new LeaseHolder<string>();
    holder.offer({ id: 1, item: 'a', expiresAt: 10 });
    expect(holder.expire(7)).toEqual([]);
    expect(holder.expire(1)).toEqual([{ kind: 'returned', item: 'a' }]);
    expect(holder.isFree).toBe(false);
    holder.claim(1);
    holder.decline(1);
    expect(holder.isFree).toBe(true);
  });

  it('returns what was not claimed and closes what was, when the worker is gone', () => {
    const holder = new LeaseHolder<string>();
    holder.offer({ id: 1, item: 'a', expiresAt: 10 });
    holder.claim(1);
    holder.offer({ id: 2, item: 'b', expiresAt: 20 });
    holder.offer({ id: 3, item: 'c', expiresAt: 21 });
    // Each goes to the head of the queue: the oldest is there in the end.
    expect(holder.end()).toEqual([
      { kind: 'lost', item: 'a' },
      { kind: 'returned', item: 'c' },
      { kind: 'returned', item: 'b' },
    ]);
    expect(holder.isFree).toBe(false);
  });
});
