import { describe, expect, it } from 'vitest';

import type { GateOptions } from '../../../lib/admission/gate.ts';
import { LagController } from '../../../lib/admission/lag-controller.ts';
import type { Rank } from '../../../lib/admission/priority.ts';
import { type Group, makeGroup, open, type OpenGate } from './gate-harness.ts';

/** A gate and a group whose last request had a ticket and is answered: the usual state. */
function openCalm(limit = 20, options: Partial<GateOptions> = {}): OpenGate & { group: Group } {
  const opened = open(options);
  const group = makeGroup('group', limit);
  opened.gate.leave(opened.come({ group }), true);
  return { ...opened, group };
}

/** How many pass at once. */
function countOf(limit: number): number {
  const { pass, group } = openCalm(limit);
  let count = 0;
  while (pass({ group })) count++;
  return count;
}

/** How many of the least priority may be in flight once one of `rank` has passed. */
function roomBeside(rank: Rank): number {
  const { pass, group } = openCalm();
  pass({ group, rank });
  while (group.hasRoom(3)) group.inFlight++;
  return group.inFlight;
}

describe('a request without a ticket', () => {
  it('passes at low load, and is counted', () => {
    const { gate, pass, group } = openCalm();
    expect([pass({ group }), pass({ group })]).toEqual([true, true]);
    expect(gate.inFlight).toBe(2);
    expect(group).toMatchObject({ arrived: 3, admitted: 3, inFlight: 2 });
    gate.giveBack(group);
    expect([gate.inFlight, group.inFlight]).toEqual([1, 1]);
  });

  it('takes no place where requests are not limited', () => {
    const { gate, pass, group } = openCalm();
    expect(pass({ group, isLimited: false })).toBe(true);
    expect([gate.inFlight, group.inFlight, group.admitted]).toEqual([0, 0, 2]);
  });

  it('passes up to a quarter of the limit, and one where there is one place', () => {
    expect([countOf(20), countOf(7), countOf(1)]).toEqual([5, 2, 1]);
  });

  it('does not pass when a measurement of its group is due: every 25 ms', () => {
    const { gate, loop, come, pass, group } = openCalm();
    const other = makeGroup('other');
    expect(pass({ group: other })).toBe(false);
    loop.wait(24);
    expect(pass({ group })).toBe(true);
    loop.wait(1);
    expect(pass({ group })).toBe(false);
    gate.leave(come({ group }), true);
    expect(pass({ group })).toBe(true);
  });

  it('does not pass once half of the turn is used up', () => {
    const { loop, pass, group } = openCalm();
    loop.work(4);
    expect(pass({ group })).toBe(true);
    loop.work(1);
    expect(pass({ group })).toBe(false);
    loop.endTurn();
    expect(pass({ group })).toBe(true);
  });

  it('passes in a new turn after a pause of the loop, without a callback', () => {
    const { loop, pass, group } = openCalm();
    loop.work(1);
    loop.wait(20);
    expect(pass({ group })).toBe(true);
    expect(loop.isTurnEndDue).toBe(false);
  });

  it('does not pass while a request of any group waits', () => {
    const { gate, come, pass, group } = openCalm();
    const full = makeGroup('full', 1);
    come({ group: full });
    const waiting = come({ group: full });
    expect(pass({ group })).toBe(false);
    gate.leave(waiting, false);
    expect(pass({ group })).toBe(true);
  });

  it('does not pass while requests are refused for lag', () => {
    const lag = new LagController({ targetMs: 20 });
    const { loop, pass, group } = openCalm(20, { lag });
    for (let i = 0; i < 4; i++) {
      lag.arrive(2);
      lag.turn(500);
      lag.look((i + 1) * 100, () => 100);
    }
    expect(lag.isOpen).toBe(false);
    expect(pass({ group })).toBe(false);
    expect(loop.isTurnEndDue).toBe(false);
  });

  it('does not pass while connections may have to end, from the next look on', () => {
    let isPressed = false;
    const { gate, loop, pass, group } = openCalm(20, { isPressed: () => isPressed });
    expect(pass({ group })).toBe(true);
    isPressed = true;
    expect(pass({ group })).toBe(true);
    gate.adjust(loop.now);
    expect(pass({ group })).toBe(false);
    isPressed = false;
    expect(pass({ group })).toBe(true);
  });

  it('counts for the lag controller', () => {
    const lag = new LagController({ targetMs: 20 });
    const { gate, loop, pass, group } = openCalm(100, { lag });
    gate.adjust(100);
    for (let i = 0; i < 20; i++) pass({ group });
    loop.work(100);
    gate.adjust(200);
    // Twenty requests had the loop for 100 ms; the one before counts with 9 parts in 10.
    expect(lag.costMs).toBeCloseTo(100 / 20.9);
  });

  it('makes its priority known to its group', () => {
    expect([roomBeside(0), roomBeside(3)]).toEqual([10, 13]);
  });

  it('may have begun earlier', () => {
    const { loop, come, pass, group } = openCalm();
    loop.wait(20);
    expect(pass({ group }, 18)).toBe(true);
    expect(pass({ group })).toBe(true);
    expect(come({ group }).verdict).toBe('admitted');
    expect(loop.isTurnEndDue).toBe(false);
  });

  it('does not make its turn longer when it began before it', () => {
    const { loop, pass, group } = openCalm();
    loop.wait(40);
    expect(pass({ group }, 18)).toBe(true);
    loop.work(6);
    loop.wait(1);
    pass({ group });
    expect(loop.isTurnEndDue).toBe(false);
  });

  it('makes room for a waiting request when it ends', () => {
    const { gate, loop, come, pass, group } = openCalm(1);
    expect(pass({ group })).toBe(true);
    const waiting = come({ group });
    loop.endTurn();
    expect(waiting.fates).toEqual([]);
    gate.giveBack(group);
    loop.endTurn();
    expect(waiting.fates).toEqual(['resumed']);
  });
});
