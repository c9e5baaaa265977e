import { beforeEach, describe, expect, it } from 'vitest';

import { Settings } from '../../../lib/reports/settings.ts';

const BY = { by: 'ada', forMs: 60_000 };

let now = 0;
let alarms: { run: () => void; at: number }[] = [];
let settings: Settings;

/** Lets time pass, with what is due in it. */
function pass(ms: number): void {
  now += ms;
  const due = alarms.filter(({ at }) => at <= now);
  alarms = alarms.filter(({ at }) => at > now);
  for (const { run } of due) run();
}

beforeEach(() => {
  now = 1_000;
  alarms = [];
  settings = new Settings({
    clock: { now: () => now },
    later: (run, afterMs) => {
      const alarm = { run, at: now + afterMs };
      alarms.push(alarm);
      return () => {
        alarms = alarms.filter((one) => one !== alarm);
      };
    },
  });
});

describe('R43: a setting', () => {
  it('has its default until it is changed, and again when the time is over', () => {
    const size = settings.number('shop.batch', { default: 10, max: 100 });
    const seen: number[] = [];
    size.onChange((value) => void seen.push(value));
    settings.change({ name: 'shop.batch', value: 20, ...BY });
    expect(size.value).toBe(20);
    pass(59_999);
    expect(size.value).toBe(20);
    pass(2);
    expect([size.value, seen, alarms]).toEqual([10, [20, 10], []]);
  });

  it('takes the latest change and its time, and can be reset', () => {
    const size = settings.number('shop.batch', { default: 10 });
    settings.change({ name: 'shop.batch', value: 20, by: 'ada', forMs: 1_000 });
    settings.change({ name: 'shop.batch', value: 30, by: 'bob', forMs: 9_000 });
    pass(2_000);
    expect(size.value).toBe(30);
    expect(settings.snapshot()).toEqual([
      {
        name: 'shop.batch',
        accepts: '0 or more',
        choices: null,
        summary: '',
        configured: 10,
        value: 30,
        changed: { by: 'bob', since: expect.any(String), remainingMs: 7_000 },
        problem: null,
      },
    ]);
    expect(settings.reset('shop.batch')).toBe(true);
    expect(settings.reset('shop.batch')).toBe(false);
    expect([size.value, settings.snapshot()[0]?.changed]).toEqual([10, null]);
  });

  it('has the change that was there before it', () => {
    settings.follow([{ name: 'shop.mode', value: 'fast', by: 'ada', since: '', endsAt: now + 9 }]);
    const mode = settings.choice('shop.mode', { default: 'slow', choices: ['slow', 'fast'] });
    expect(mode.value).toBe('fast');
    pass(11);
    expect(mode.value).toBe('slow');
  });

  it('keeps its value and says why where the code does not accept a change', () => {
    const mode = settings.choice('shop.mode', { default: 'slow', choices: ['slow', 'fast'] });
    settings.follow([{ name: 'shop.mode', value: 'old', by: 'ada', since: '', endsAt: now + 9 }]);
    expect(mode.value).toBe('slow');
    expect(settings.snapshot()[0]?.problem).toContain("shop.mode must be one of 'slow', 'fast'");
    settings.follow([]);
    expect(settings.snapshot()[0]).toMatchObject({ problem: null, changed: null });
  });

  it.each([
    ['throws', () => fail()],
    ['rejects', async () => fail()],
  ])(
    'shows the error of a listener that %s, and changes the other settings',
    async (_, listener) => {
      const size = settings.number('shop.batch', { default: 10 });
      const mode = settings.choice('shop.mode', { default: 'slow', choices: ['slow', 'fast'] });
      const seen: number[] = [];
      size.onChange(listener);
      size.onChange((value) => void seen.push(value));
      settings.follow([
        { name: 'shop.batch', value: 20, by: 'ada', since: '', endsAt: now + 9 },
        { name: 'shop.mode', value: 'fast', by: 'ada', since: '', endsAt: now + 9 },
      ]);
      await Promise.resolve();
      expect([size.value, mode.value, seen]).toEqual([20, 'fast', [20]]);
      const problems = settings.snapshot().map(({ problem }) => problem);
      expect(problems).toEqual(['A listener failed: no pool of that size', null]);
      pass(11);
      expect([size.value, mode.value, seen]).toEqual([10, 'slow', [20, 10]]);
    },
  );

  it('tells threads of all changes', () => {
    const told: string[][] = [];
    settings.onChanges((list) => told.push(list.map(({ name }) => name)));
    settings.change({ name: 'a', value: 1, ...BY });
    settings.change({ name: 'b', value: true, ...BY });
    settings.reset('a');
    expect(told).toEqual([['a'], ['a', 'b'], ['b']]);
  });

  it.each([
    ['shop.flag', 'true', true],
    ['shop.flag', false, false],
    ['shop.batch', '25', 25],
    ['shop.ratio', '0.25', 0.25],
    ['shop.mode', 'fast', 'fast'],
    ['shop.other', 'fast', undefined],
  ])('%s takes %j as %j', (name, given, value) => {
    all();
    expect(settings.check(name, given)).toBe(value);
  });

  it.each([
    ['shop.flag', 'yes', 'shop.flag must be true or false'],
    ['shop.flag', 1, 'shop.flag must be true or false'],
    ['shop.batch', '2.5', 'shop.batch must be a whole number from 1 to 100'],
    ['shop.batch', '', 'shop.batch must be a number'],
    ['shop.ratio', 2, 'shop.ratio must be from 0 to 1'],
    ['shop.mode', 'warp', "shop.mode must be one of 'slow', 'fast'"],
  ])('%s refuses %j', (name, given, message) => {
    all();
    expect(() => settings.check(name, given)).toThrow(message);
  });

  it('is the same for the same name and options, and taken for others', () => {
    const one = settings.flag('shop.flag', { default: false });
    expect(settings.flag('shop.flag', { default: false })).toBe(one);
    expect(() => settings.flag('shop.flag', { default: true })).toThrow(
      '"shop.flag" is a setting with other options already',
    );
  });

  it.each([
    [{ default: 5, min: 10 }, 'settings.shop.batch.default must be a whole number from 10'],
    [{ default: 5, maximum: 10 }, 'settings.shop.batch.maximum is not an option'],
    [{}, 'settings.shop.batch.default must be'],
  ])('is not made with %j', (options, message) => {
    expect(() => settings.number('shop.batch', options as never)).toThrow(message);
  });

  it.each(['', 'two\nlines', 'x'.repeat(201)])('is not made with the name %j', (name) => {
    expect(() => settings.flag(name, { default: true })).toThrow('name of a setting must be');
  });

  it('of a feature is replaced by that of the next application, and ends with its own', () => {
    const kind = { accepts: 'any', check: (_name: string, given: unknown) => given as number };
    const first = settings.define('feature', 1, { kind, summary: '' });
    const second = settings.define('feature', 2, { kind, summary: '' });
    first.remove();
    expect(settings.snapshot().map(({ configured }) => configured)).toEqual([2]);
    second.remove();
    expect(settings.snapshot()).toEqual([]);
  });

  it('is bounded in number, and so are changes', () => {
    for (let at = 0; at < 1_000; at++) settings.flag(`flag ${at}`, { default: false });
    expect(() => settings.flag('one more', { default: false })).toThrow('1000 settings already');
    const kind = { accepts: 'any', check: (_name: string, given: unknown) => given as number };
    // Made while a request waits, such as for a route's limit.
    expect(settings.define('feature', 1, { kind, summary: '' }).setting.value).toBe(1);
    for (let at = 0; at < 50; at++) settings.change({ name: `flag ${at}`, value: true, ...BY });
    expect(() => settings.change({ name: 'flag 50', value: true, ...BY })).toThrow(
      '50 settings are changed already: reset one first',
    );
  });
});

function fail(): never {
  throw new Error('no pool of that size');
}

function all(): void {
  settings.flag('shop.flag', { default: false });
  settings.number('shop.batch', { default: 10, min: 1, max: 100 });
  settings.number('shop.ratio', { default: 0.5, max: 1, isWhole: false });
  settings.choice('shop.mode', { default: 'slow', choices: ['slow', 'fast'] });
}
