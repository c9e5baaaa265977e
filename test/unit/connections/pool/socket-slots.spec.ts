import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SocketSlots, type SlotUser } from '../../../../lib/connections/pool/socket-slots.ts';

/** A waiter that notes when it was served. */
function waiter(served: string[], name: string): { granted(): void } {
  return { granted: () => served.push(name) };
}

describe('SocketSlots', () => {
  it('serves users in turn, and each one its waiters in order', () => {
    const slots = new SocketSlots({ max: 1, maxQueue: 100 });
    const [a, b]: SlotUser[] = [
      { key: 'a', limit: 10 },
      { key: 'b', limit: 10 },
    ];
    if (a === undefined || b === undefined) throw new Error('no users');
    expect(slots.tryTake(a)).toBe(true);
    const served: string[] = [];
    for (const name of ['a1', 'a2', 'a3']) slots.wait(a, waiter(served, name));
    for (const name of ['b1', 'b2']) slots.wait(b, waiter(served, name));
    for (let round = 0; round < 5; round++) slots.giveBack(a);
    expect(served).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
  });

  it('serves a user with room at its address, however long others wait', () => {
    const slots = new SocketSlots({ max: 2, maxQueue: 100 });
    const [full, free] = [
      { key: 'full', limit: 1 },
      { key: 'free', limit: 1 },
    ] as const;
    slots.tryTake(full);
    slots.tryTake(free);
    const served: string[] = [];
    slots.wait(full, waiter(served, 'full'));
    slots.wait(free, waiter(served, 'free'));
    slots.giveBack(free);
    expect(served).toEqual(['free']);
  });

  it('shares the limit of an address among its users', () => {
    const slots = new SocketSlots({ max: 10, maxQueue: 100 });
    const [one, other] = [
      { key: 'x', limit: 1 },
      { key: 'x', limit: 1 },
    ] as const;
    expect(slots.tryTake(one)).toBe(true);
    expect(slots.tryTake(other)).toBe(false);
  });

  it('refuses to let more wait than may', () => {
    const slots = new SocketSlots({ max: 0, maxQueue: 1 });
    const user = { key: 'x', limit: 1 };
    expect(slots.wait(user, waiter([], 'a'))).toBeTypeOf('function');
    expect(slots.wait(user, waiter([], 'b'))).toBeUndefined();
  });

  it('lets no call overtake those that wait', () => {
    const slots = new SocketSlots({ max: 1, maxQueue: 10 });
    const user = { key: 'x', limit: 2 };
    slots.tryTake(user);
    slots.wait(user, waiter([], 'a'));
    slots.max = 1;
    expect(slots.tryTake(user)).toBe(false);
  });

  it('keeps to every limit and loses no call', () => {
    const step = fc.record({
      what: fc.constantFrom('take', 'leave', 'giveBack', 'resize'),
      user: fc.integer({ min: 0, max: 4 }),
      max: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const world = new SlotWorld();
        for (const { what, user, max } of steps) {
          world.step(what, world.users[user] as SlotUser, max);
          world.check();
        }
      }),
    );
  });
});

/** Users that take, wait, leave and give back, and what became of all they asked for. */
class SlotWorld {
  readonly slots = new SocketSlots({ max: 4, maxQueue: 8 });
  readonly users: SlotUser[] = [0, 1, 2, 3, 4].map((index) => {
    return { key: String(index % 3), limit: 1 + (index % 3) };
  });
  readonly #held = new Map<SlotUser, number>(this.users.map((user) => [user, 0]));
  readonly #leaves: (() => void)[] = [];
  #asked = 0;
  #got = 0;
  #refused = 0;
  #left = 0;

  step(what: string, user: SlotUser, max: number): void {
    if (what === 'take') this.#take(user);
    if (what === 'leave') this.#leaves.shift()?.();
    if (what === 'giveBack') this.#giveBack(user);
    if (what === 'resize') this.slots.max = max;
  }

  check(): void {
    const { slots } = this;
    const total = [...this.#held.values()].reduce((sum, one) => sum + one, 0);
    expect(slots.total).toBe(total);
    expect(slots.waiting).toBeLessThanOrEqual(8);
    expect(this.#asked).toBe(this.#got + this.#refused + this.#left + slots.waiting);
    for (const user of this.users) {
      expect(slots.takenBy(user.key)).toBeLessThanOrEqual(user.limit);
      // Whoever waits has a reason to.
      if (slots.waitingOf(user) > 0) expect(slots.isFull || !slots.hasRoomAt(user)).toBe(true);
    }
  }

  #take(user: SlotUser): void {
    this.#asked++;
    if (this.slots.tryTake(user)) return this.#count(user);
    let isWaiting = true;
    const leave = this.slots.wait(user, {
      granted: () => {
        isWaiting = false;
        this.#count(user);
      },
    });
    if (leave === undefined) {
      this.#refused++;
      return;
    }
    this.#leaves.push(() => {
      if (isWaiting) this.#left++;
      isWaiting = false;
      leave();
    });
  }

  #count(user: SlotUser): void {
    this.#got++;
    this.#held.set(user, (this.#held.get(user) ?? 0) + 1);
  }

  #giveBack(user: SlotUser): void {
    const held = this.#held.get(user) ?? 0;
    if (held === 0) return;
    this.#held.set(user, held - 1);
    this.slots.giveBack(user);
  }
}
