import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { TimerWheel } from '../../../lib/common/timer-wheel.ts';

const TICK_MS = 10;

/** A wheel on a clock that the test turns. */
class World {
  now = 0;
  readonly expired: { item: number; at: number }[] = [];
  scheduled: { callback: () => void; at: number }[] = [];
  readonly wheel = new TimerWheel<number>({
    clock: { now: () => this.now },
    tickMs: TICK_MS,
    onExpire: (item) => this.expired.push({ item, at: this.now }),
    schedule: (callback, afterMs) => {
      const timer = { callback, at: this.now + afterMs };
      this.scheduled.push(timer);
      return () => {
        this.scheduled = this.scheduled.filter((one) => one !== timer);
      };
    },
  });

  /** Time passes, and what is due is called; `stallMs` late. */
  pass(ms: number, stallMs = 0): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.scheduled[0];
      if (next === undefined || next.at > end) break;
      this.scheduled.shift();
      this.now = Math.max(this.now, next.at) + stallMs;
      next.callback();
    }
    this.now = Math.max(this.now, end);
  }
}

describe('TimerWheel', () => {
  it('calls each item once, never early and at most a tick late', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat({ max: 500 }), isRemoved: fc.boolean() }), {
          maxLength: 40,
        }),
        (items) => {
          const world = new World();
          for (const [item, { at, isRemoved }] of items.entries()) {
            const entry = world.wheel.add(item, at);
            if (isRemoved) world.wheel.remove(entry);
          }
          world.pass(1_000);
          const due = items.flatMap(({ isRemoved }, item) => (isRemoved ? [] : [item]));
          expect(world.expired.map(({ item }) => item).toSorted((a, b) => a - b)).toEqual(due);
          for (const { item, at } of world.expired) {
            expect(at).toBeGreaterThanOrEqual(items[item]?.at ?? Infinity);
            expect(at).toBeLessThanOrEqual((items[item]?.at ?? 0) + 2 * TICK_MS);
          }
          expect(world.wheel.isEmpty).toBe(true);
        },
      ),
    );
  });

  it('knows what waits, however items come, go and expire', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), inMs: fc.nat({ max: 60 }) }),
      fc.record({ kind: fc.constant('remove' as const), place: fc.nat({ max: 9 }) }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.nat({ max: 40 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        const waiting = new Map<number, ReturnType<typeof world.wheel.add>>();
        let next = 0;
        for (const one of steps) {
          if (one.kind === 'add') waiting.set(next, world.wheel.add(next++, world.now + one.inMs));
          if (one.kind === 'pass') world.pass(one.ms);
          for (const { item } of world.expired) waiting.delete(item);
          if (one.kind === 'remove') {
            const [item, entry] = [...waiting][one.place] ?? [];
            if (item === undefined || entry === undefined) continue;
            world.wheel.remove(entry);
            waiting.delete(item);
          }
          expect(world.wheel.isEmpty).toBe(waiting.size === 0);
        }
        world.pass(1_000);
        const expired = world.expired.map(({ item }) => item);
        expect(new Set(expired).size).toBe(expired.length);
        for (const item of waiting.keys()) expect(expired).toContain(item);
        expect([world.wheel.isEmpty, world.scheduled.length]).toEqual([true, 0]);
      }),
    );
  });

  it('calls in order what became due while the loop stood still', () => {
    const world = new World();
    for (const at of [900, 100, 500]) world.wheel.add(at, at);
    world.pass(100, 100_000);
    expect(world.expired.map(({ item }) => item)).toEqual([100, 500, 900]);
  });

  it('has one timer, to the nearest deadline, and none while nothing waits', () => {
    const world = new World();
    const entry = world.wheel.add(1, 5_000);
    world.wheel.add(2, 9_000);
    world.wheel.add(3, 1_000);
    expect(world.scheduled.map(({ at }) => at)).toEqual([1_000]);
    world.wheel.remove(entry);
    world.pass(1_000);
    expect(world.scheduled.map(({ at }) => at)).toEqual([9_000]);
    world.pass(8_000);
    expect(world.expired.map(({ item }) => item)).toEqual([3, 2]);
    expect(world.scheduled).toEqual([]);
  });

  it('is not woken by deadlines that come and go', () => {
    const world = new World();
    for (let at = 0; at < 1_000; at++) {
      world.now = at;
      world.wheel.remove(world.wheel.add(at, at + 30_000));
    }
    expect(world.scheduled.map(({ at }) => at)).toEqual([30_000]);
  });
});
