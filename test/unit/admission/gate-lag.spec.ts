import { describe, expect, it } from 'vitest';

import { LagController } from '../../../lib/admission/lag-controller.ts';
import { makeGroup, open } from './gate-harness.ts';

describe('a gate with a lag controller', () => {
  it('refuses when its own turns are too long', () => {
    const lag = new LagController({ targetMs: 20 });
    const { blockTurn, endTurnAndNext } = open({ lag });
    for (let i = 0; i < 6; i++) {
      blockTurn(300);
      endTurnAndNext();
    }
    expect(lag.isOpen).toBe(false);
  });

  it('measures a whole turn after a long one, and none after a short one', () => {
    const { loop, blockTurn } = open({ lag: new LagController({ targetMs: 20 }) });
    blockTurn(6);
    expect(loop.isTurnEndDue).toBe(false);
    blockTurn(0);
    expect(loop.isTurnEndDue).toBe(true);
    loop.endTurn();
    expect(loop.isTurnEndDue).toBe(true);
    loop.endTurn();
    expect(loop.isTurnEndDue).toBe(false);
  });

  it('reports the loop time of admitted requests to it', () => {
    const lag = new LagController({ targetMs: 20 });
    const { gate, loop, come } = open({ lag });
    const group = makeGroup('group', 1);
    const first = come({ group });
    come({ group, costMs: 80 });
    loop.endTurn();
    expect(lag.targetMs).toBe(20);
    gate.leave(first, true);
    loop.endTurn();
    expect(lag.targetMs).toBeGreaterThan(30);
  });
});
