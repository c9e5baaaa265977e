import { describe, expect, it } from 'vitest';

import { RecentErrors } from '../../../lib/logging/recent-errors.ts';
import { RecentRecords } from '../../../lib/logging/recent-records.ts';

describe('RecentRecords', () => {
  it('keeps the latest 500', () => {
    const records = new RecentRecords();
    for (let index = 0; index < 3_000; index++) records.push(`{"n":${index}}\n`);
    const kept = records.records() as { n: number }[];
    expect(kept).toHaveLength(500);
    expect([kept[0]?.n, kept.at(-1)?.n]).toEqual([2_500, 2_999]);
  });

  it('keeps other records however many access records follow, in the order of all', () => {
    const records = new RecentRecords();
    records.push('{"context":"Orders","msg":"started"}\n');
    for (let index = 0; index < 3_000; index++) {
      records.push(`{"context":"access","n":${index}}\n`);
    }
    records.push('{"context":"Orders","msg":"ended"}\n');
    records.push('{"context":"access","n":3000}\n');
    const kept = records.records();
    expect(kept).toHaveLength(502);
    expect(kept[0]).toMatchObject({ msg: 'started' });
    expect(kept.at(-3)).toMatchObject({ n: 2_999 });
    expect(kept.slice(-2)).toMatchObject([{ msg: 'ended' }, { n: 3_000 }]);
  });

  it('keeps no more than a million characters', () => {
    const records = new RecentRecords();
    for (let index = 0; index < 20; index++) records.push(`"${'x'.repeat(200_000)}"\n`);
    expect(records.records()).toHaveLength(4);
    records.push(`"${'x'.repeat(2_000_000)}"\n`);
    expect(records.records()).toEqual([]);
  });

  it('shows what is no JSON as a message', () => {
    const records = new RecentRecords();
    records.push('pretty line\n');
    expect(records.records()).toEqual([{ msg: 'pretty line' }]);
  });
});

function fail(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code: 'EFAIL' });
}

describe('RecentErrors', () => {
  it('counts errors of one kind from one place, with stack and causes', () => {
    const errors = new RecentErrors((text) => text.replace('secret', '***'));
    for (const now of [1, 2, 3]) {
      errors.push(fail(`secret ${now}`, fail('inner')), { now, requestId: `r${now}` });
    }
    expect(errors.groups()).toMatchObject([
      {
        name: 'Error',
        message: '*** 1',
        code: 'EFAIL',
        count: 3,
        firstAt: 1,
        lastAt: 3,
        requestId: 'r3',
        stack: expect.stringContaining('recent.spec'),
        causes: [{ message: 'inner' }],
      },
    ]);
  });

  it('R43: cleans the texts of a kind once, however often it comes', () => {
    let cleaned = 0;
    const errors = new RecentErrors((text) => {
      cleaned++;
      return text;
    });
    const push = (): void => errors.push(fail('again'), { now: 0 });
    for (let index = 0; index < 3; index++) push();
    expect([cleaned, errors.groups()[0]?.count]).toEqual([2, 3]);
  });

  it('keeps the hundred that came last', () => {
    const errors = new RecentErrors((text) => text);
    for (let index = 0; index < 250; index++) {
      const error = new Error('x');
      error.stack = `Error: x\n    at place${index}`;
      errors.push(error, { now: index });
    }
    const groups = errors.groups();
    expect(groups).toHaveLength(100);
    expect([groups[0]?.lastAt, groups.at(-1)?.lastAt]).toEqual([249, 150]);
  });

  it('ends on a circle of causes', () => {
    const error = new Error('a');
    error.cause = error;
    const errors = new RecentErrors((text) => text);
    errors.push(error, { now: 0 });
    expect(errors.groups()[0]?.causes).toHaveLength(8);
  });
});
