import { describe, expect, it } from 'vitest';

import { findProblems } from '../../../../lib/meta/incidents/find-problems.ts';
import type { Evidence } from '../../../../lib/meta/incidents/problem.ts';
import { NOTHING, textsOf, WELL } from './evidence.ts';

/** A worker over its limit of memory, and what became of its replacement. */
function overMemory(outcome: string): Evidence {
  const at = new Date(0).toISOString();
  const record = { slot: 2, kind: 'memory', value: 3 * 2 ** 20, limit: 2 * 2 ** 20, at };
  return { ...NOTHING, replacements: [{ ...record, outcome, failure: 'no room' }] as never };
}

describe('findProblems', () => {
  it('tells once of a worker that keeps ending, with the time of the next start', () => {
    const lastExit = {
      id: 7,
      slot: 1,
      pid: 9,
      code: 1,
      signal: null,
      uptimeMs: 5,
      cause: 'crash' as const,
      reason: 'exit code 1',
      at: new Date(0).toISOString(),
    };
    const empty = { ...WELL, id: null, slot: 1, state: 'EXITED' as const, lastExit };
    const workers = [WELL, { ...empty, nextStartMs: 12_000 }];
    expect(findProblems({ ...NOTHING, workers }, 1_000)).toMatchObject([
      {
        text: 'There is no worker in slot 1: exit code 1',
        impact: 'The next start is in 12 s; until then, fewer workers serve.',
      },
    ]);
    const replaced = [WELL, { ...WELL, id: 8, slot: 1, lastExit }];
    expect(textsOf({ ...NOTHING, workers: replaced })).toEqual([
      'A worker in slot 1 ended: exit code 1',
    ]);
  });

  it('says that a reload stopped, and which build the workers run', () => {
    const at = new Date(0).toISOString();
    const stoppedReload = { at, failure: 'exit code 1', replaced: 1, of: 4 };
    const evidence = { ...NOTHING, stoppedReload };
    expect(findProblems(evidence, 3_600_000)).toMatchObject([
      {
        severity: 'poor',
        text: 'The last reload stopped 1 h 0 min ago: exit code 1',
        impact: '1 of 4 workers run the new build, the others the old one.',
      },
    ]);
    const whole = { ...evidence, stoppedReload: { ...stoppedReload, replaced: 0 } };
    expect(findProblems(whole, 5_000)).toMatchObject([
      { severity: 'fair', impact: 'All workers run the old build.' },
    ]);
    expect(findProblems(whole, 3_600_000)).toEqual([]);
    expect(findProblems({ ...evidence, isReloading: true }, 5_000)).toEqual([]);
  });

  it('says that workers run different versions, unless a reload is under way', () => {
    const versions = [1, 2, 3].map((worker) => ({ worker, version: worker < 3 ? '1.0' : '1.1' }));
    expect(textsOf({ ...NOTHING, versions })).toEqual([
      'Workers run 2 versions: 1.0 in workers 1, 2; 1.1 in worker 3',
    ]);
    expect(findProblems({ ...NOTHING, versions, isReloading: true }, 0)).toEqual([]);
  });

  it('says that a pool of threads is busy, once calls wait long or its queue is full', () => {
    const pool = { name: 'cpu', size: 2, busy: 2, waiting: 3, maxQueue: 10, waitMs: 1_500 };
    const of = (own: object): Evidence => {
      return {
        ...NOTHING,
        threads: [{ worker: 1, value: { pools: [{ ...pool, ...own }] } as never }],
      };
    };
    const text = 'Pool cpu in worker 1: 2 of 2 threads busy, 3 calls waiting';
    expect(findProblems(of({}), 0)).toMatchObject([{ severity: 'fair', text }]);
    expect(findProblems(of({ maxQueue: 3, waitMs: 10 }), 0)).toMatchObject([
      { severity: 'poor', text, impact: 'The queue is full: further calls fail at once.' },
    ]);
    expect(findProblems(of({ waitMs: 900 }), 0)).toEqual([]);
    expect(findProblems(of({ busy: 1 }), 0)).toEqual([]);
  });

  it('says that a worker was replaced for its memory, for some minutes', () => {
    const record = {
      slot: 2,
      kind: 'memory',
      value: 3 * 2 ** 20,
      limit: 2 * 2 ** 20,
      at: new Date(0).toISOString(),
      outcome: 'replaced',
      failure: null,
    };
    const evidence = { ...NOTHING, replacements: [record, { ...record, kind: 'age' }] as never };
    expect(textsOf(evidence)).toEqual([
      'The worker in slot 2 was replaced: it held 3 MiB, over its limit of 2 MiB',
    ]);
    expect(findProblems(evidence, 3_600_000)).toEqual([]);
  });

  it('does not say that a worker over its limit was replaced if it was not', () => {
    expect(findProblems(overMemory('kept'), 0)).toMatchObject([
      {
        text: 'The worker in slot 2 could not be replaced: it held 3 MiB, over its limit of 2 MiB',
        cause: 'no room',
      },
    ]);
    expect(['failed', 'ended at once'].flatMap((outcome) => textsOf(overMemory(outcome)))).toEqual(
      [],
    );
  });
});
