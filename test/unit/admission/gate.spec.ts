import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LagController } from '../../../lib/admission/lag-controller.ts';
import { FakeTicket, makeGroup, open } from './gate-harness.ts';
import { GateRun, setting, step } from './gate-run.ts';

describe('the turn of a gate', () => {
  it('admits at once while there is time and room', () => {
    const { gate, come } = open();
    const group = makeGroup();
    expect([come({ group }), come({ group })].map(({ verdict }) => verdict)).toEqual([
      'admitted',
      'admitted',
    ]);
    expect(gate.inFlight).toBe(2);
    expect(gate.waiting).toBe(0);
  });

  it('polls once more before it admits waiting requests', () => {
    const { loop, come, blockTurn, admitted } = open();
    const group = makeGroup();
    blockTurn();
    const normal = come({ group, rank: 2 });
    loop.endTurn();
    expect(normal.fates).toEqual([]);
    const critical = come({ group, rank: 0 });
    expect(critical.verdict).toBe('waiting');
    loop.endTurn();
    expect(admitted.slice(1)).toEqual([critical, normal]);
  });

  it('admits one request per turn where each exceeds the budget', () => {
    const { loop, come, blockTurn, endTurnAndNext } = open();
    const tickets = Array.from({ length: 3 }, () => ({ group: makeGroup(), costMs: 20 }));
    blockTurn();
    const waiting = tickets.map((ticket) => come(ticket));
    endTurnAndNext();
    expect(waiting.map(({ fates }) => fates.length)).toEqual([1, 0, 0]);
    loop.endTurn();
    expect(waiting.map(({ fates }) => fates.length)).toEqual([1, 1, 0]);
  });

  it('admits short requests until the budget of the turn is used up', () => {
    const { loop, come, blockTurn, endTurnAndNext } = open();
    const group = makeGroup();
    blockTurn();
    const waiting = Array.from({ length: 10 }, () => come({ group, costMs: 3 }));
    endTurnAndNext();
    expect(waiting.filter(({ fates }) => fates.length === 1)).toHaveLength(4);
    loop.endTurn();
    expect(waiting.filter(({ fates }) => fates.length === 1)).toHaveLength(8);
  });

  it('starts anew after a pause of the loop', () => {
    const { loop, come } = open();
    const group = makeGroup();
    come({ group, costMs: 9 });
    loop.wait(2);
    expect(come({ group, costMs: 9 }).verdict).toBe('admitted');
    loop.wait(100);
    expect(come({ group }).verdict).toBe('admitted');
    expect(loop.isTurnEndDue).toBe(false);
  });

  it('starts anew after a busy turn when no request waits', () => {
    const { loop, come } = open();
    const group = makeGroup();
    come({ group, costMs: 6 });
    come({ group, costMs: 6 });
    expect(loop.isTurnEndDue).toBe(true);
    loop.endTurn();
    expect(come({ group }).verdict).toBe('admitted');
  });

  it('goes on while the loop does not pause, as after a long piece of work', () => {
    const { loop, come, blockTurn } = open();
    blockTurn();
    expect(come({ group: makeGroup() }).verdict).toBe('waiting');
    loop.endTurn();
    loop.endTurn();
    blockTurn();
    loop.wait(2);
    expect(come({ group: makeGroup() }).verdict).toBe('waiting');
  });

  it('costs a quiet loop nothing', () => {
    const { loop, come } = open();
    const group = makeGroup();
    for (let i = 0; i < 100; i++) {
      expect(come({ group, costMs: 0.1, answersAtOnce: true }).verdict).toBe('admitted');
      loop.wait(0.15);
      expect(loop.isTurnEndDue).toBe(false);
    }
  });
});

describe('the places of a group', () => {
  it('go to waiting requests when they are freed', () => {
    const { gate, loop, come } = open();
    const group = makeGroup('group', 1);
    const first = come({ group });
    const second = come({ group });
    loop.endTurn();
    expect(second.verdict).toBe('waiting');
    expect(second.fates).toEqual([]);
    gate.leave(first, true);
    loop.endTurn();
    expect(second.fates).toEqual(['resumed']);
    expect(gate.inFlight).toBe(1);
  });

  it('do not go to a new request while others wait', () => {
    const { gate, loop, come } = open();
    const group = makeGroup('group', 1);
    const first = come({ group });
    const waiting = come({ group });
    loop.endTurn();
    gate.leave(first, true);
    expect(come({ group }).verdict).toBe('waiting');
    loop.endTurn();
    expect(waiting.fates).toEqual(['resumed']);
  });

  it('do not block another group', () => {
    const { come } = open();
    const full = makeGroup('full', 1);
    come({ group: full });
    expect(come({ group: full }).verdict).toBe('waiting');
    expect(come({ group: makeGroup('free', 1) }).verdict).toBe('admitted');
  });

  it('are not taken by requests that are not limited', () => {
    const { gate, come } = open();
    const group = makeGroup('group', 1);
    const streams = Array.from({ length: 3 }, () => come({ group, isLimited: false }));
    expect(streams.map(({ verdict }) => verdict)).toEqual(['admitted', 'admitted', 'admitted']);
    expect(gate.inFlight).toBe(0);
    for (const stream of streams) gate.leave(stream, false);
    expect(gate.inFlight).toBe(0);
  });

  it('are freed once, however often the end is reported', () => {
    const { gate, come } = open();
    const group = makeGroup();
    const ticket = come({ group });
    come({ group });
    gate.leave(ticket, true);
    gate.leave(ticket, true);
    expect([gate.inFlight, group.inFlight]).toEqual([1, 1]);
  });

  it('report the duration of a successful answer', () => {
    const { gate, loop, come } = open();
    const group = makeGroup();
    const [good, bad] = [come({ group }), come({ group })];
    loop.wait(30);
    gate.leave(good, true);
    loop.wait(300);
    gate.leave(bad, false);
    expect(group.medianMs).toBe(30);
  });
});

describe('groups at one loop', () => {
  it('share its time evenly, not the number of requests', () => {
    const { admitted, come, blockTurn, endTurnAndNext } = open({ turnMs: 1_000 });
    const [long, short] = [makeGroup('long'), makeGroup('short')];
    blockTurn(1_000);
    for (let i = 0; i < 4; i++) come({ group: long, costMs: 9 });
    for (let i = 0; i < 8; i++) come({ group: short, costMs: 3 });
    endTurnAndNext();
    const names = admitted.slice(1, 9).map(({ group }) => group.name);
    expect(names.filter((name) => name === 'long')).toHaveLength(2);
    expect(admitted).toHaveLength(13);
  });

  it('gain nothing from time in which they were idle', () => {
    const { admitted, come, blockTurn, endTurnAndNext } = open({ turnMs: 1_000 });
    const [busy, idle] = [makeGroup('busy'), makeGroup('idle')];
    blockTurn(1_000);
    for (let i = 0; i < 9; i++) come({ group: busy, costMs: 10 });
    endTurnAndNext();
    admitted.length = 0;
    blockTurn(1_000);
    for (let i = 0; i < 4; i++) come({ group: busy, costMs: 10 });
    for (let i = 0; i < 4; i++) come({ group: idle, costMs: 10 });
    endTurnAndNext();
    const names = admitted.slice(1, 5).map(({ group }) => group.name);
    expect(names.filter((name) => name === 'busy')).toHaveLength(2);
  });
});

describe('the end of a wait', () => {
  it('comes after the maximum wait', () => {
    const { gate, loop, come } = open();
    const group = makeGroup('group', 1);
    come({ group });
    const ticket = come({ group });
    loop.wait(499);
    expect(ticket.fates).toEqual([]);
    loop.wait(11);
    expect(ticket.fates).toEqual(['wait']);
    expect(gate.waiting).toBe(0);
  });

  it('leaves no timer behind', () => {
    const { gate, loop, waits, come } = open();
    const group = makeGroup('group', 1);
    const first = come({ group });
    const [second, third] = [come({ group }), come({ group })];
    expect(waits.isEmpty).toBe(false);
    gate.leave(third, false);
    gate.leave(first, true);
    loop.endTurn();
    expect(second.fates).toEqual(['resumed']);
    expect(waits.isEmpty).toBe(true);
  });

  it('counts as left when the client is gone, and calls nothing back', () => {
    const { gate, loop, come } = open();
    const group = makeGroup('group', 1);
    const first = come({ group });
    const gone = come({ group });
    gate.leave(gone, false);
    gate.leave(first, true);
    loop.endTurn();
    loop.wait(1_000);
    expect(gone.fates).toEqual([]);
    expect(group).toMatchObject({ arrived: 2, admitted: 1, left: 1, inFlight: 0 });
  });
});

describe('a gate refuses', () => {
  it('a request without time left', () => {
    const { come } = open();
    const group = makeGroup();
    expect(come({ group, timeoutMs: 0 }).verdict).toBe('deadline');
    expect(group.refused.entries()).toEqual([{ reason: 'deadline', priority: 'normal', count: 1 }]);
  });

  it('a request whose answer would come too late after its wait', () => {
    const { gate, loop, come } = open();
    const group = makeGroup('group', 1);
    const first = come({ group });
    loop.wait(50);
    gate.leave(first, true);
    loop.endTurn();
    come({ group });
    expect(come({ group, timeoutMs: 40 }).verdict).toBe('deadline');
    expect(come({ group, timeoutMs: 60 }).verdict).toBe('waiting');
  });

  it('a request that finds the queue full', () => {
    const { come } = open({ maxQueue: 2 });
    const group = makeGroup('group', 1);
    const verdicts = Array.from({ length: 4 }, () => come({ group }).verdict);
    expect(verdicts).toEqual(['admitted', 'waiting', 'waiting', 'queue']);
  });

  it('the last of the lowest priority, of any group, to make room for a higher one', () => {
    const { gate, come } = open({ maxQueue: 3 });
    const [one, other] = [makeGroup('one', 1), makeGroup('other', 1)];
    for (const group of [one, other]) come({ group });
    const high = come({ group: one, rank: 1 });
    const [early, late] = [come({ group: other, rank: 3 }), come({ group: other, rank: 3 })];
    expect(come({ group: one, rank: 2 }).verdict).toBe('waiting');
    expect([high, early, late].map(({ fates }) => fates)).toEqual([[], [], ['queue']]);
    expect(gate.waiting).toBe(3);
  });

  it('a request for an external reason, and counts it', () => {
    const { gate } = open();
    const group = makeGroup();
    const ticket = new FakeTicket({ group, rank: 3 }, 0, () => undefined);
    expect(gate.turnAway(ticket, 'memory')).toBe('memory');
    expect(group.arrived).toBe(1);
    expect(group.refused.entries()).toEqual([
      { reason: 'memory', priority: 'sheddable', count: 1 },
    ]);
  });

  it('lower priorities first, when the loop lags', () => {
    const lag = new LagController({ targetMs: 20 });
    const { loop, come } = open({ lag, random: () => 0.99 });
    const group = makeGroup();
    for (let i = 0; i < 4; i++) {
      for (const rank of [0, 3, 3, 3] as const) lag.arrive(rank);
      lag.turn(500);
      loop.wait(100);
      lag.look(loop.now, () => 0);
    }
    expect(come({ group, rank: 3 }).verdict).toBe('lag');
    expect(come({ group, rank: 0 }).verdict).toBe('admitted');
  });
});

describe('a gate, whatever happens,', () => {
  it('loses no request, answers none twice, and keeps its limits and its order', () => {
    fc.assert(
      fc.property(setting, fc.array(step, { maxLength: 150 }), (given, steps) => {
        const run = new GateRun(given);
        for (const one of steps) run.do(one);
        run.drain();
      }),
      { numRuns: 200 },
    );
  });
});
