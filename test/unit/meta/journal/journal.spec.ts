import { describe, expect, it } from 'vitest';

import type { QueuePoint } from '../../../../lib/meta/history/group-history.ts';
import { journalOf, type JournalSources } from '../../../../lib/meta/journal/journal.ts';

const NOW = Date.parse('2026-11-29T12:00:00.000Z');

const NOTHING: JournalSources = {
  workers: [],
  exits: [],
  replacements: [],
  scaling: [],
  blocked: [],
  queues: [],
  audit: [],
  actions: [],
  incidents: [],
  now: NOW,
};

const WORKER = { id: 3, slot: 1, pid: 77, uptimeMs: 60_000 } as JournalSources['workers'][number];

function ago(seconds: number): string {
  return new Date(NOW - seconds * 1_000).toISOString();
}

/** A second in which connections were shed. */
function shedAt(seconds: number, shed: number): QueuePoint {
  return { at: NOW - seconds * 1_000, shed } as QueuePoint;
}

describe('The journal', () => {
  it('has all that happened, newest first.', () => {
    const frame = { frame: 'block (a.ts:1:2)', count: 2, longestMs: 4_980, lastAt: NOW - 5_000 };
    const entries = journalOf({
      ...NOTHING,
      workers: [WORKER],
      exits: [
        {
          id: 1,
          slot: 1,
          pid: 70,
          cause: 'crash',
          reason: 'it threw',
          at: ago(61),
          uptimeMs: 9_000,
        },
      ] as never,
      replacements: [
        {
          at: ago(20),
          kind: 'memory',
          slot: 0,
          reason: 'too large',
          outcome: 'replaced',
          before: { id: 2 },
        },
        {
          at: ago(10),
          kind: 'reload',
          slot: 0,
          reason: 'reload',
          outcome: 'kept',
          before: { id: 4 },
        },
      ] as never,
      blocked: [{ worker: 3, value: { frames: [frame] } as never }],
      audit: [{ at: ago(1), by: 'ada', what: 'recycle', input: {}, outcome: 'done' }],
    });
    expect(entries.map(({ kind, slot, worker, text }) => [kind, slot, worker, text])).toEqual([
      ['operation', null, null, 'recycle by ada: done'],
      ['block', 1, 3, 'Event loop blocked for up to 4980 ms, 2 times by block (a.ts:1:2)'],
      ['reload', 0, 4, 'Reload: kept, reload'],
      ['recycling', 0, 2, 'Recycling: replaced, too large'],
      ['start', 1, 3, 'Started, PID 77'],
      ['exit', 1, 1, 'Ended (crash): it threw'],
      ['start', 1, 1, 'Started, PID 70'],
    ]);
  });

  it('has the actions that the primary recorded once, and those that it refused.', () => {
    const change = { by: 'ada', what: 'fail-health', input: {} };
    const entries = journalOf({
      ...NOTHING,
      actions: [
        {
          at: ago(1),
          what: 'restore-health',
          by: null,
          slot: null,
          worker: null,
          text: 'Restored',
        },
        { at: ago(9), what: 'fail-health', by: 'ada', slot: null, worker: null, text: 'Failed' },
      ],
      audit: [
        { ...change, at: ago(9), outcome: 'done' },
        { ...change, at: ago(5), outcome: 'failed' },
      ],
    });
    expect(entries.map(({ kind, text }) => [kind, text])).toEqual([
      ['operation', 'Restored'],
      ['operation', 'fail-health by ada: failed'],
      ['operation', 'Failed'],
    ]);
  });

  it('has each change of the number of workers with its reason.', () => {
    const order = { cause: 'order', reason: 'ordered by ada', by: 'ada' } as const;
    const entries = journalOf({
      ...NOTHING,
      scaling: [
        { at: ago(1), from: 3, to: 3, ...order },
        { at: ago(9), from: 1, to: 3, cause: 'queue', reason: 'connections waited', by: null },
      ],
    });
    expect(entries.map(({ kind, text }) => [kind, text])).toEqual([
      ['scaling', 'Workers stay 3: ordered by ada'],
      ['scaling', 'Workers 1 → 3: connections waited'],
    ]);
  });

  it('has one entry for a span of shedding, however many seconds it has.', () => {
    const queues = [shedAt(60, 5), shedAt(59, 0), shedAt(58, 7), shedAt(20, 1)];
    const entries = journalOf({ ...NOTHING, queues });
    expect(entries.map(({ text }) => text)).toEqual([
      '1 connection shed within 1 s',
      '12 connections shed within 3 s',
    ]);
  });

  it('is bounded.', () => {
    const audit = Array.from({ length: 1_000 }, (_, at) => ({
      at: ago(at),
      by: 'ada',
      what: 'recycle',
      input: {},
      outcome: 'done' as const,
    }));
    expect(journalOf({ ...NOTHING, audit })).toHaveLength(300);
  });
});
