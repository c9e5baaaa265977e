import { describe, expect, it } from 'vitest';

import { IncidentLog, type Sighting } from '../../../../lib/meta/incidents/incident-log.ts';
import type { Problem } from '../../../../lib/meta/incidents/problem.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

const DOWN: Problem = {
  key: 'service rates',
  kind: 'dependency',
  severity: 'poor',
  text: 'rates: 1 of 1 endpoint down',
  href: '/connections',
  workers: [1, 2],
};
const OUTAGE: Problem = {
  key: 'outage',
  kind: 'outage',
  severity: 'poor',
  text: 'No worker is ready',
  href: '/workers',
};

function sighting(at: number, problems: Problem[], missing: number[] = []): Sighting {
  return { problems, missing, now: at };
}

/** An event that is over. */
function blockAt(at: number): Problem {
  return { ...OUTAGE, key: 'block f', kind: 'error', text: 'blocked', at };
}

describe('The incident log', () => {
  it('keeps a problem for half an hour after its end, with its times.', () => {
    const log = new IncidentLog();
    log.take(sighting(NOW, [DOWN]));
    log.take(sighting(NOW + 10_000, [DOWN]));
    log.take(sighting(NOW + 20_000, []));
    const ended = {
      startedAt: NOW,
      lastAt: NOW + 10_000,
      endedAt: NOW + 20_000,
      isEvent: false,
      count: 1,
    };
    expect(log.all).toEqual([{ ...DOWN, ...ended }]);
    log.take(sighting(NOW + 29 * MINUTE, []));
    expect(log.all).toHaveLength(1);
    log.take(sighting(NOW + 20_000 + 30 * MINUTE, []));
    expect(log.all).toEqual([]);
  });

  it('puts what lasts first, the worst first; then the latest that ended.', () => {
    const log = new IncidentLog();
    const other = { ...DOWN, key: 'service audit' };
    log.take(sighting(NOW, [{ ...DOWN, key: 'a' }]));
    log.take(sighting(NOW + 1, [{ ...DOWN, key: 'b' }]));
    log.take(sighting(NOW + 2, [other, OUTAGE]));
    expect(log.all.map(({ key }) => key)).toEqual(['outage', 'service audit', 'b', 'a']);
  });

  it('counts how often a problem comes back.', () => {
    const log = new IncidentLog();
    for (const [at, problems] of [
      [0, [DOWN]],
      [1, []],
      [2, [DOWN]],
      [3, [DOWN]],
    ] as const) {
      log.take(sighting(NOW + at, [...problems]));
    }
    expect(log.all).toMatchObject([{ count: 2, startedAt: NOW, endedAt: null }]);
  });

  it('counts events by their time, and ends them when they are old.', () => {
    const log = new IncidentLog();
    log.take(sighting(NOW, [blockAt(NOW - 1_000)]));
    log.take(sighting(NOW + 5_000, [blockAt(NOW - 1_000)]));
    expect(log.all).toMatchObject([{ count: 1, startedAt: NOW - 1_000, endedAt: null }]);
    log.take(sighting(NOW + MINUTE, [blockAt(NOW - 1_000)]));
    expect(log.all).toMatchObject([{ count: 1, endedAt: NOW - 1_000 }]);
    log.take(sighting(NOW + 2 * MINUTE, [blockAt(NOW + 2 * MINUTE)]));
    expect(log.all).toMatchObject([{ count: 2, endedAt: null }]);
  });

  it('ends nothing while the primary is silent.', () => {
    const log = new IncidentLog();
    log.take(sighting(NOW, [OUTAGE]));
    log.take({ ...sighting(NOW + 1_000, []), knowsAll: false });
    expect(log.all).toMatchObject([{ endedAt: null }]);
    log.take(sighting(NOW + 2_000, []));
    expect(log.all).toMatchObject([{ endedAt: NOW + 2_000 }]);
  });

  it('ends no problem of a worker that does not answer.', () => {
    const log = new IncidentLog();
    log.take(sighting(NOW, [DOWN]));
    log.take(sighting(NOW + 1_000, [], [2]));
    expect(log.all).toMatchObject([{ endedAt: null }]);
    log.take(sighting(NOW + 2_000, [], [3]));
    expect(log.all).toMatchObject([{ endedAt: NOW + 2_000 }]);
  });

  it('keeps the silent workers of a problem that others still have', () => {
    const log = new IncidentLog();
    log.take(sighting(NOW, [DOWN]));
    log.take(sighting(NOW + 1_000, [{ ...DOWN, workers: [2] }], [1]));
    log.take(sighting(NOW + 2_000, [], [1]));
    expect(log.all).toMatchObject([{ workers: [1, 2], endedAt: null }]);
    log.take(sighting(NOW + 3_000, [{ ...DOWN, workers: [2] }]));
    expect(log.all).toMatchObject([{ workers: [2] }]);
  });

  it('counts an event once, whether or not the worker that knows it answers', () => {
    const log = new IncidentLog();
    log.take(sighting(NOW, [blockAt(NOW - 5_000)]));
    log.take(sighting(NOW + 1_000, [blockAt(NOW)]));
    log.take(sighting(NOW + 2_000, [blockAt(NOW - 5_000)], [1]));
    expect(log.all).toMatchObject([{ count: 2, lastAt: NOW }]);
    log.take(sighting(NOW + 3_000, [blockAt(NOW)]));
    expect(log.all).toMatchObject([{ count: 2, lastAt: NOW }]);
    log.take(sighting(NOW + MINUTE, [blockAt(NOW - 5_000)], [1]));
    expect(log.all).toMatchObject([{ endedAt: NOW }]);
  });

  it('counts a block once that was seen while it lasted, and the next one again', () => {
    const { at: _at, ...lasting } = blockAt(NOW);
    const log = new IncidentLog();
    log.take(sighting(NOW, [lasting]));
    log.take(sighting(NOW + 5_000, [blockAt(NOW + 4_000)]));
    log.take(sighting(NOW + 10_000, [blockAt(NOW + 6_000)]));
    expect(log.all).toMatchObject([{ count: 2, isEvent: true }]);
    log.take(sighting(NOW + 20_000, [lasting]));
    expect(log.all).toMatchObject([{ count: 3, isEvent: false }]);
  });

  it('is bounded, and drops those that ended first.', () => {
    const log = new IncidentLog();
    for (let at = 0; at < 150; at++) {
      log.take(sighting(NOW + at, [{ ...DOWN, key: `service ${at}` }]));
    }
    expect(log.all).toHaveLength(100);
    expect(log.all.map(({ key }) => key)).not.toContain('service 0');
  });

  it('begins anew where the file is of another version', () => {
    expect(new IncidentLog({} as never).all).toEqual([]);
  });

  it('goes on from what another process kept, and does not overwrite what it knows.', () => {
    const first = new IncidentLog();
    first.take(sighting(NOW, [DOWN]));
    const log = new IncidentLog(first.all);
    log.take(sighting(NOW + 1_000, [DOWN]));
    expect(log.all).toMatchObject([{ startedAt: NOW, count: 1 }]);
    log.absorb([{ ...DOWN, startedAt: 1, lastAt: 1, endedAt: 1, isEvent: false, count: 9 }]);
    expect(log.all).toMatchObject([{ startedAt: NOW, count: 1 }]);
  });
});
