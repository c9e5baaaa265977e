import { describe, expect, it } from 'vitest';

import { definedWithIsoTimes, withIsoTimes } from '../../../../lib/meta/api/iso-times.ts';
import { SCHEMAS } from '../../../../lib/meta/api/schemas.ts';
import { ALL_PAGES } from '../../../../lib/meta/pages/all-pages.ts';

const MS = 1_790_000_000_123;
const ISO = new Date(MS).toISOString();

describe('The JSON of the pages', () => {
  it('has points in time as ISO 8601, at any depth.', () => {
    const errors = [{ worker: 1, value: [{ name: 'E', count: 2, firstAt: MS, lastAt: MS }] }];
    expect(withIsoTimes('errors', errors)).toEqual([
      { worker: 1, value: [{ name: 'E', count: 2, firstAt: ISO, lastAt: ISO }] },
    ]);
    const overview = { ready: 1, now: null, history: [{ at: MS, requests: 7 }] };
    expect(withIsoTimes('overview', overview)).toEqual({
      ready: 1,
      now: null,
      history: [{ at: ISO, requests: 7 }],
    });
  });

  it('changes neither what it is made from, nor fields of the application.', () => {
    const record = { time: MS, level: 30, at: MS, order: { createdAt: MS, time: MS } };
    const logs = [{ worker: 1, value: [record] }];
    expect(withIsoTimes('logs', logs)).toEqual([{ worker: 1, value: [{ ...record, time: ISO }] }]);
    expect(record.time).toBe(MS);
    expect(withIsoTimes('config', { workers: [], group: [{ name: 'at', value: MS }] })).toEqual({
      workers: [],
      group: [{ name: 'at', value: MS }],
    });
  });

  it('leaves what is no point in time: null, text, and numbers that no date holds.', () => {
    const rows = [null, ISO, 1e30, NaN].map((openedAt) => ({ openedAt, openedBy: 'x' }));
    expect(withIsoTimes('sockets', { total: 4, rows })).toEqual({ total: 4, rows });
    expect(withIsoTimes('nothing', { at: MS })).toEqual({ at: MS });
    expect(definedWithIsoTimes('LogRecord', { time: MS, at: 5 })).toEqual({ time: ISO, at: 5 });
  });

  it('knows the form of each page, and of each item.', () => {
    const known = Object.keys(SCHEMAS.pages);
    expect(known).toEqual(expect.arrayContaining(ALL_PAGES.map(({ name }) => name)));
    expect(known.toSorted()).toEqual(
      [...ALL_PAGES.map(({ name }) => name), 'stacks', 'operations'].toSorted(),
    );
    const withItems = ALL_PAGES.filter(({ item }) => item !== undefined).map(({ name }) => name);
    expect(Object.keys(SCHEMAS.items).toSorted()).toEqual([...withItems, 'operations'].toSorted());
  });
});
