import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  AddressHealth,
  type HealthOptions,
} from '../../../../lib/connections/addresses/address-health.ts';
import { seededRandom } from '../fake-time.ts';

const OPTIONS: HealthOptions = { failures: 5, downMs: 10_000, maxDownMs: 300_000 };
const middle = (): number => 0.5;
const always = (): boolean => true;
const never = (): boolean => false;

function failTimes(health: AddressHealth, times: number, now: number): void {
  for (let count = 0; count < times; count++) health.failed(now, OPTIONS, always);
}

const STEPS: Record<string, (health: AddressHealth, now: number) => unknown> = {
  fail: (health, now) => health.failed(now, OPTIONS, always),
  succeed: (health) => health.succeeded(),
  probe: (health, now) => health.probe(now),
  abandon: (health, now) => health.abandoned(now),
  hold: (health, now) => health.hold(now + 1_000),
  markUp: (health) => health.markUp(),
};

describe('AddressHealth', () => {
  it('goes down with the fifth failure in a row', () => {
    const health = new AddressHealth(middle);
    failTimes(health, 4, 0);
    expect(health.isUp(0)).toBe(true);
    expect(health.failed(0, OPTIONS, always)).toBe(true);
    expect(health.state).toEqual({ kind: 'DOWN', until: 10_000, times: 1 });
  });

  it('counts from the start after a success', () => {
    const health = new AddressHealth(middle);
    failTimes(health, 4, 0);
    health.succeeded();
    failTimes(health, 4, 0);
    expect(health.isUp(0)).toBe(true);
  });

  it('is failing, and not down, as the last of a service', () => {
    const health = new AddressHealth(middle);
    for (let count = 0; count < 4; count++) health.failed(0, OPTIONS, never);
    expect(health.isFailing(OPTIONS)).toBe(false);
    health.failed(0, OPTIONS, never);
    expect([health.isUp(0), health.isFailing(OPTIONS)]).toEqual([true, true]);
    health.succeeded();
    expect(health.isFailing(OPTIONS)).toBe(false);
  });

  it('is proven by a success, and not by an operator who marks it up', () => {
    const health = new AddressHealth(middle);
    expect(health.isProven).toBe(false);
    health.succeeded();
    expect(health.isProven).toBe(true);
    health.markUp();
    expect(health.isProven).toBe(false);
  });

  it('is probed by one attempt when its time is over', () => {
    const health = new AddressHealth(middle);
    failTimes(health, 5, 0);
    expect(health.probe(9_999)).toBe(false);
    expect(health.probe(10_000)).toBe(true);
    expect(health.probe(10_000)).toBe(false);
    expect(health.isUp(10_000)).toBe(false);
    health.succeeded();
    expect(health.isUp(10_000)).toBe(true);
  });

  it('stays down twice as long each time, 300 s at most', () => {
    const health = new AddressHealth(middle);
    failTimes(health, 5, 0);
    let now = 0;
    const lengths: number[] = [];
    for (let round = 0; round < 7; round++) {
      const { state } = health;
      if (state.kind !== 'DOWN') throw new Error(state.kind);
      lengths.push(state.until - now);
      now = state.until;
      health.probe(now);
      health.failed(now, OPTIONS, always);
    }
    expect(lengths).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  });

  it('spreads the time down by a fifth', () => {
    for (const [draw, expected] of [
      [0, 8_000],
      [1, 12_000],
    ] as const) {
      const health = new AddressHealth(() => draw);
      failTimes(health, 5, 0);
      expect(health.state).toMatchObject({ until: expected });
    }
  });

  it('never goes down while the service has no other', () => {
    const health = new AddressHealth(middle);
    for (let count = 0; count < 20; count++) expect(health.failed(0, OPTIONS, never)).toBe(false);
    expect(health.isUp(0)).toBe(true);
  });

  it('lets another one probe it when a probe was given up', () => {
    const health = new AddressHealth(middle);
    failTimes(health, 5, 0);
    health.probe(10_000);
    health.abandoned(10_000);
    expect(health.probe(10_000)).toBe(true);
  });

  it('stays out by hand whatever becomes of it, until then', () => {
    const health = new AddressHealth(middle);
    health.hold(5_000);
    health.succeeded();
    health.failed(0, OPTIONS, always);
    expect(health.isHeld(4_999)).toBe(true);
    expect(health.isUp(4_999)).toBe(false);
    expect(health.isUp(5_000)).toBe(true);
  });

  it('is in one state at a time, and comes back from each', () => {
    const step = fc.constantFrom(...Object.keys(STEPS));
    const steps = fc.array(fc.record({ step, passMs: fc.integer({ min: 0, max: 60_000 }) }));
    fc.assert(
      fc.property(steps, fc.integer(), (todo, seed) => {
        const health = new AddressHealth(seededRandom(seed));
        let now = 0;
        for (const { step: what, passMs } of todo) {
          now += passMs;
          STEPS[what]?.(health, now);
          const { state } = health;
          if (state.kind === 'DOWN') expect(state.until - now).toBeLessThanOrEqual(300_000);
          expect(health.isUp(now) && health.isHeld(now)).toBe(false);
        }
        // However it went, a success after the longest time brings it back.
        now += 300_000;
        health.probe(now);
        health.isHeld(now);
        health.succeeded();
        expect(health.isUp(now)).toBe(true);
      }),
    );
  });
});
