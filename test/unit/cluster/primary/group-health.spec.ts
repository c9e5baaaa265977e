import { describe, expect, it } from 'vitest';

import { GroupHealth } from '../../../../lib/cluster/primary/group-health.ts';
import { OperatorActions } from '../../../../lib/cluster/primary/operator-actions.ts';
import { failHealthOptions } from '../../../../lib/cluster/primary/operators.options.ts';
import { thisMachine } from '../../../../lib/common/options/machine.ts';

/** The health of a group, in a time that passes as the test says. */
function group() {
  const clock = { at: 0, now: (): number => clock.at };
  const lines: string[] = [];
  const actions = new OperatorActions((_level, message) => lines.push(message));
  const changes: boolean[] = [];
  const health: GroupHealth = new GroupHealth({
    clock,
    actions,
    onChange: () => changes.push(health.isFailed),
  });
  return { clock, health, actions, lines, changes };
}

describe('R43: the health that an operator failed', () => {
  it('is that of the old group when this one has taken over', () => {
    const [old, own] = [group(), group()];
    old.health.fail({ by: 'ada', reason: undefined, forMs: 5_000 });
    own.health.adopt(old.health.failure);
    expect(own.health.failure).toEqual(old.health.failure);
    own.clock.at = 5_000;
    own.health.tick();
    expect(own.health.isFailed).toBe(false);
    own.health.fail({ by: 'ada', reason: undefined, forMs: undefined });
    own.health.adopt(null);
    own.health.adopt(null);
    expect(own.changes).toEqual([true, false, true, false]);
  });

  it('lasts until it is restored, once', () => {
    const { clock, health, changes, actions, lines } = group();
    health.fail({ by: 'ada', reason: 'network test', forMs: undefined });
    clock.at = 1e9;
    health.tick();
    expect(health.failure).toMatchObject({
      by: 'ada',
      reason: 'network test',
      remainingMs: null,
    });
    expect(health.restore('bob')).toBe(true);
    expect(health.restore('bob')).toBe(false);
    expect([health.failure, changes]).toEqual([null, [true, false]]);
    expect(actions.records).toMatchObject([
      { what: 'restore-health', by: 'bob', worker: null, text: 'Health restored by bob' },
      { what: 'fail-health', by: 'ada', text: 'Health failed by ada: network test' },
    ]);
    expect(lines).toHaveLength(2);
  });

  it('ends by itself when its time is over', () => {
    const { clock, health, changes, actions } = group();
    health.fail({ by: 'ada', reason: undefined, forMs: 5_000 });
    clock.at = 4_999;
    health.tick();
    expect(health.failure).toMatchObject({ reason: null, remainingMs: 1 });
    clock.at = 5_000;
    health.tick();
    health.tick();
    expect([health.failure, changes]).toEqual([null, [true, false]]);
    expect(actions.records[0]).toMatchObject({ what: 'restore-health', by: null });
  });

  it('keeps its beginning when it is failed anew, with the time of the latest order', () => {
    const { clock, health } = group();
    health.fail({ by: 'ada', reason: undefined, forMs: 5_000 });
    const { since } = health.failure ?? {};
    clock.at = 4_000;
    health.fail({ by: 'bob', reason: 'longer', forMs: 5_000 });
    clock.at = 8_000;
    health.tick();
    expect(health.failure).toEqual({ by: 'bob', reason: 'longer', since, remainingMs: 1_000 });
  });

  it('goes on in the group that takes over', () => {
    const { clock, health, actions } = group();
    health.fail({ by: 'ada', reason: undefined, forMs: 5_000 });
    const later = { now: (): number => clock.at - 7 };
    const next = new GroupHealth({
      clock: later,
      actions,
      inherited: health.failure,
      onChange: () => undefined,
    });
    expect(next.failure).toEqual(health.failure);
    clock.at = 5_000;
    next.tick();
    expect(next.isFailed).toBe(false);
  });

  it.each([
    [{}, 'by must be a string that is not empty'],
    [{ by: 'ada', reason: 'two\nlines' }, 'reason must be a line of at most 200 characters'],
    [{ by: 'ada', forMs: 10 }, 'forMs must be a whole number from 1000 to 86400000'],
    [{ by: 'ada', forms: 10 }, 'forms is not an option. Known: by, reason, forMs'],
  ])('is not failed by %j', (input, message) => {
    expect(() => failHealthOptions.check('', input as never, thisMachine())).toThrow(message);
  });
});
