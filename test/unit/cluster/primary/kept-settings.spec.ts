import { describe, expect, it } from 'vitest';

import { KeptSettings } from '../../../../lib/cluster/primary/kept-settings.ts';
import { OperatorActions } from '../../../../lib/cluster/primary/operator-actions.ts';
import type { SettingOverride } from '../../../../lib/reports/overrides.ts';

function keeper(inherited: readonly SettingOverride[] = []) {
  const clock = { at: 0, now: (): number => clock.at };
  const actions = new OperatorActions(() => undefined);
  const told: string[][] = [];
  const kept = new KeptSettings({
    clock,
    actions,
    inherited,
    onChange: (list) => told.push(list.map(({ name, value }) => `${name}=${value}`)),
  });
  return { clock, kept, told, texts: () => actions.records.map(({ text }) => text) };
}

describe('R43: the settings that a group keeps', () => {
  it('reach the workers with each change, and end when their time is over', () => {
    const { clock, kept, told, texts } = keeper();
    kept.change({ name: 'a', value: 1, by: 'ada', forMs: 1_000 });
    kept.change({ name: 'b', value: true, by: 'bob', forMs: 5_000 });
    clock.at = 1_000;
    kept.tick();
    kept.tick();
    kept.reset('b', 'ada');
    expect(told).toEqual([['a=1'], ['a=1', 'b=true'], ['b=true'], []]);
    expect(texts()).toEqual([
      'Setting b reset by ada',
      'Setting a reset: the duration expired',
      'Setting b changed to true by bob',
      'Setting a changed to 1 by ada',
    ]);
    expect(() => kept.reset('b', 'ada')).toThrow('no operator has changed the setting b');
    kept.change({ name: 'c', value: 1, by: 'ada', forMs: 1_000 });
    clock.at = 2_000;
    expect(() => kept.reset('c', 'ada'), 'over since the last tick').toThrow(
      'no operator has changed the setting c',
    );
  });

  it('are those of the old group when this one has taken over', () => {
    const old = keeper();
    old.kept.change({ name: 'a', value: 1, by: 'ada', forMs: 1_000 });
    const { kept, told } = keeper(old.kept.list);
    old.kept.reset('a', 'bob');
    old.kept.change({ name: 'b', value: 2, by: 'bob', forMs: 1_000 });
    kept.adopt(old.kept.list);
    expect([kept.list, told]).toEqual([old.kept.list, [['b=2']]]);
  });

  it('go on in the group that takes over, for what is left of their time', () => {
    const first = keeper();
    first.kept.change({ name: 'a', value: 1, by: 'ada', forMs: 1_000 });
    const { clock, kept, told } = keeper(first.kept.list);
    clock.at = 999;
    kept.tick();
    expect(kept.list).toEqual(first.kept.list);
    clock.at = 1_000;
    kept.tick();
    expect([kept.list, told]).toEqual([[], [[]]]);
  });
});
