import { describe, expect, it } from 'vitest';

import type { CheckOutcome } from '../../../../lib/common/checks/checks.ts';
import { healthChecks, healthOfWorkers } from '../../../../lib/meta/model/health.ts';
import type { PrimaryReports } from '../../../../lib/reports/report-types.ts';

function check(name: string, error?: string, given: Partial<CheckOutcome> = {}): CheckOutcome {
  const status = error === undefined ? 'up' : 'down';
  const outcome = { name, status, tookMs: 1, at: 5, counts: true, ...given } as const;
  return error === undefined ? outcome : { ...outcome, error };
}

function readiness(worker: number, ...checks: CheckOutcome[]) {
  const isReady = checks.every(({ status, counts }) => status === 'up' || !counts);
  return { worker, value: { isReady, checks } };
}

describe('The checks of all workers', () => {
  it('are each there once, with the workers in which they fail and what they say', () => {
    const all = healthChecks(
      [
        readiness(1, check('db'), check('cache')),
        readiness(2, check('db', 'no answer', { tookMs: 300, at: 9 }), check('cache')),
      ],
      [{ worker: 1, value: [check('db')] }],
    );
    expect(all.map(({ kind, name, status }) => [kind, name, status])).toEqual([
      ['readiness', 'db', 'down'],
      ['readiness', 'cache', 'up'],
      ['liveness', 'db', 'up'],
    ]);
    expect(all[0]).toMatchObject({
      up: [1],
      down: [2],
      errors: ['no answer'],
      tookMs: 300,
      at: 9,
    });
  });
});

describe('The health of workers', () => {
  const rows = [1, 2, 3].map((id) => ({
    id,
    slot: id - 1,
    state: 'READY',
    livenessFailure: id === 1 ? 'disk: full' : null,
  })) as unknown as PrimaryReports['workers'];

  it('has the first failure that counts, or that of liveness, and no answer of a silent one', () => {
    const workers = healthOfWorkers(rows, [
      readiness(1, check('db')),
      readiness(2, check('mirror', 'gone', { counts: false }), check('db', 'no answer')),
    ]);
    expect(workers.map(({ isReady, failure }) => [isReady, failure])).toEqual([
      [true, 'disk: full'],
      [false, 'db: no answer'],
      [null, null],
    ]);
  });

  it('leaves out slots without a worker', () => {
    const empty = [{ ...rows[0], id: null }] as unknown as PrimaryReports['workers'];
    expect(healthOfWorkers(empty, [])).toEqual([]);
  });
});
