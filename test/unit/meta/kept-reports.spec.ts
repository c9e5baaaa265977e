import { describe, expect, it } from 'vitest';

import { KeptReports } from '../../../lib/meta/kept-reports.ts';

const MINUTE_MS = 60_000;

function nobody(): boolean {
  return false;
}

describe('The last reports of a worker', () => {
  it('answer for it after its end, each as it was told last.', () => {
    const kept = new KeptReports();
    kept.take(1, { errors: ['first'], requests: 'some' }, 0);
    kept.take(1, { errors: ['first', 'second'] }, 0);
    expect(kept.ofDeparted('errors', undefined)).toEqual([]);
    kept.endAllBut(nobody, 0);
    expect(kept.ofDeparted('errors', undefined)).toEqual([
      { worker: 1, value: ['first', 'second'] },
    ]);
    expect(kept.ofDeparted('requests', 1)).toEqual([{ worker: 1, value: 'some' }]);
    expect(kept.ofDeparted('requests', 2)).toEqual([]);
    expect(kept.ofDeparted('logs', undefined)).toEqual([]);
    expect(kept.ofDeparted('stats', undefined)).toEqual([]);
  });

  it('can be changed by a page without harm.', () => {
    const kept = new KeptReports();
    kept.take(1, { errors: [{}] }, 0);
    kept.endAllBut(nobody, 0);
    for (const { value } of kept.ofDeparted('errors', undefined)) {
      Object.assign((value as object[])[0]!, { worker: 1 });
    }
    expect(kept.ofDeparted('errors', undefined)).toEqual([{ worker: 1, value: [{}] }]);
  });

  it('are kept for half an hour, of the last eight workers.', () => {
    const kept = new KeptReports();
    for (let worker = 1; worker <= 10; worker++) {
      kept.take(worker, { errors: [] }, 0);
      kept.endAllBut(nobody, worker * MINUTE_MS);
    }
    expect([2, 3, 10].map((worker) => kept.has(worker))).toEqual([false, true, true]);
    kept.endAllBut(nobody, 34 * MINUTE_MS);
    expect([3, 4, 5].map((worker) => kept.has(worker))).toEqual([false, false, true]);
  });

  it('are not replaced by what comes after its end.', () => {
    const kept = new KeptReports();
    kept.take(1, { errors: ['known'] }, 0);
    kept.endAllBut(nobody, 0);
    kept.take(1, { errors: [] }, 0);
    expect(kept.ofDeparted('errors', 1)).toEqual([{ worker: 1, value: ['known'] }]);
  });

  it('answer for it while it is silent, with their time.', () => {
    const kept = new KeptReports();
    kept.take(1, { admission: { inFlight: 3 } }, 5_000);
    kept.takeLogs(1, ['a line'], 9_000);
    expect(kept.ofSilent('admission', [1, 2])).toEqual([
      { worker: 1, value: { inFlight: 3 }, at: '1970-01-01T00:00:05.000Z' },
    ]);
    expect(kept.ofSilent('stats', [1])).toEqual([]);
    kept.endAllBut(nobody, 6_000);
    expect(kept.ofSilent('admission', [1])).toEqual([]);
    expect(kept.ofDeparted('admission', 1)).toEqual([]);
  });

  it('keep the latest hundred log records of a worker that is killed.', () => {
    const kept = new KeptReports();
    for (let at = 0; at < 30; at++) kept.takeLogs(1, Array(5).fill(at), 0);
    kept.endAllBut(nobody, 0);
    const [logs] = kept.ofDeparted('logs', 1).map(({ value }) => value as number[]);
    expect(logs).toHaveLength(100);
    expect([logs?.at(0), logs?.at(-1)]).toEqual([10, 29]);
  });

  it('outlive the process of the pages.', () => {
    const before = new KeptReports();
    before.take(1, { errors: ['known'], admission: {} }, 0);
    before.endAllBut(nobody, 0);
    const after = new KeptReports(JSON.parse(JSON.stringify(before.departed)));
    expect(after.ofDeparted('errors', 1)).toEqual([{ worker: 1, value: ['known'] }]);
    expect(new KeptReports('of another version' as unknown as []).departed).toEqual([]);
  });
});
