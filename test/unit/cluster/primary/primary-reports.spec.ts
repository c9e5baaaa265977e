import { describe, expect, it, vi } from 'vitest';

import { registerPrimaryReports } from '../../../../lib/cluster/primary/primary-reports.ts';
import type { Recycling } from '../../../../lib/cluster/replacing/recycling.ts';
import type { Scaling } from '../../../../lib/cluster/scaling/scaling.ts';
import type { Supervisor } from '../../../../lib/cluster/supervision/supervisor.ts';
import { Tally } from '../../../../lib/common/tally.ts';
import type { PrimaryShapes } from '../../../../lib/reports/report-types.ts';
import { Reports } from '../../../../lib/reports/reports.ts';

const REFUSED = { name: 'GroupOperationError', code: 'ERR_BUTTRESS_CLUSTER_OPERATION' };

/** A group of two workers, of which the second one starts. */
function group() {
  const retire = vi.fn<Supervisor['retire']>();
  const workers = [
    { id: 1, takesConnections: true },
    { id: 2, takesConnections: false },
  ];
  const supervisor = { workers, retire } as unknown as Supervisor;
  const recycling = { replace: vi.fn<Recycling['replace']>() } as unknown as Recycling;
  const orderScale = vi.fn<Scaling['order']>(() => 3);
  const scaling = {
    wanted: 2,
    counts: new Tally(),
    order: orderScale,
    snapshot: vi.fn<Scaling['snapshot']>(),
  } as unknown as Scaling;
  const reports = new Reports<PrimaryShapes>();
  registerPrimaryReports(reports, {
    supervisor,
    planned: {
      recycling,
      counts: { reloads: new Tally(), recycling: new Tally() },
      reload: () => Promise.reject(new Error('not asked')),
      snapshot: () => ({
        options: null,
        underWay: [],
        history: [],
        reload: null,
        stoppedReload: null,
      }),
      scaling,
    },
    listeners: () => [],
    isReady: () => true,
    options: [],
    now: () => 0,
  });
  return { reports, retire, orderScale };
}

describe('R43: an operation that the primary refuses has a code of its own', () => {
  it.each([
    ['recycle', { worker: 3 }, 'there is no worker 3'],
    ['drain', { worker: 3 }, 'there is no worker 3'],
    ['drain', {}, 'name a worker by its id: { "worker": 1 }'],
    ['drain', undefined, 'name a worker by its id: { "worker": 1 }'],
    [
      'drain',
      { worker: 1 },
      expect.stringMatching(/^no other worker is ready; recycle worker 1 instead/),
    ],
  ])('as %s %j has', async (name, input, message) => {
    const { reports, retire } = group();
    await expect(reports.run(name, input)).rejects.toMatchObject({ ...REFUSED, message });
    expect(retire).not.toHaveBeenCalled();
  });

  it('a worker that another one can stand in for drains', async () => {
    const { reports, retire } = group();
    expect(await reports.run('drain', { worker: 2 })).toEqual({ started: true });
    expect(retire).toHaveBeenCalledOnce();
  });
});

describe('the operation scale', () => {
  it.each([
    [
      { by: 'ada', workers: 3 },
      { by: 'ada', workers: 3 },
    ],
    [{ by: 'ada' }, { by: 'ada', workers: 'auto' }],
  ])('%j orders %j', async (input, order) => {
    const { reports, orderScale } = group();
    expect(await reports.run('scale', input)).toEqual({ workers: 3 });
    expect(orderScale).toHaveBeenCalledExactlyOnceWith(order);
  });

  it('refuses what is no number of workers', async () => {
    const { reports, orderScale } = group();
    await expect(reports.run('scale', { by: 'ada', workers: 0 })).rejects.toThrow(
      /^workers must be a whole number from 1/,
    );
    expect(orderScale).not.toHaveBeenCalled();
  });
});
