import { describe, expect, it } from 'vitest';

import { DepartedReports } from '../../../lib/meta/departed-reports.ts';

const MINUTE_MS = 60_000;

function nobody(): boolean {
  return false;
}

describe('The last reports of a worker', () => {
  it('answer for it after its end, each as it was told last.', () => {
    const departed = new DepartedReports();
    departed.take(1, { errors: ['first'], requests: 'some' });
    departed.take(1, { errors: ['first', 'second'] });
    expect(departed.answers('errors', undefined)).toEqual([]);
    departed.endAllBut(nobody, 0);
    expect(departed.answers('errors', undefined)).toEqual([
      { worker: 1, value: ['first', 'second'] },
    ]);
    expect(departed.answers('requests', 1)).toEqual([{ worker: 1, value: 'some' }]);
    expect(departed.answers('requests', 2)).toEqual([]);
    expect(departed.answers('logs', undefined)).toEqual([]);
    expect(departed.answers('stats', undefined)).toEqual([]);
  });

  it('can be changed by a page without harm.', () => {
    const departed = new DepartedReports();
    departed.take(1, { errors: [{}] });
    departed.endAllBut(nobody, 0);
    for (const { value } of departed.answers('errors', undefined)) {
      Object.assign((value as object[])[0]!, { worker: 1 });
    }
    expect(departed.answers('errors', undefined)).toEqual([{ worker: 1, value: [{}] }]);
  });

  it('are kept for half an hour, of the last eight workers.', () => {
    const departed = new DepartedReports();
    for (let worker = 1; worker <= 10; worker++) {
      departed.take(worker, { errors: [] });
      departed.endAllBut(nobody, worker * MINUTE_MS);
    }
    expect([2, 3, 10].map((worker) => departed.has(worker))).toEqual([false, true, true]);
    departed.endAllBut(nobody, 34 * MINUTE_MS);
    expect([3, 4, 5].map((worker) => departed.has(worker))).toEqual([false, false, true]);
  });

  it('are not replaced by what comes after its end.', () => {
    const departed = new DepartedReports();
    departed.take(1, { errors: ['known'] });
    departed.endAllBut(nobody, 0);
    departed.take(1, { errors: [] });
    expect(departed.answers('errors', 1)).toEqual([{ worker: 1, value: ['known'] }]);
  });
});
