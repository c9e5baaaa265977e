import { beforeEach, describe, expect, it, vi } from 'vitest';

import { resolveGroupOptions } from '../../../../lib/cluster/group.options.ts';
import type { PrimaryLog } from '../../../../lib/cluster/primary-log.ts';
import { PlannedChanges } from '../../../../lib/cluster/replacing/planned-changes.ts';
import { FakeWorkers } from '../fake-workers.ts';

const OPTIONS = resolveGroupOptions({
  app: new URL(import.meta.url),
  workers: 2,
  reload: { canaryMs: 1_000 },
});

let workers: FakeWorkers;
let planned: PlannedChanges;
const log = vi.fn<PrimaryLog>();

beforeEach(async () => {
  log.mockReset();
  workers = new FakeWorkers(2);
  planned = new PlannedChanges(OPTIONS, {
    supervisor: workers.supervisor,
    accepts: { listeners: [] },
    scaling: undefined,
    clock: workers.clock,
    random: () => 0.5,
    log,
  });
  workers.onTick(() => planned.tick());
  await workers.boot();
});

async function passLively(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 500) {
    // oxlint-disable-next-line no-await-in-loop -- one step after another
    await workers.pass(500);
    workers.readyAll();
    workers.endLeaving();
  }
}

describe('A reload of the group', () => {
  it('is in the log step by step, and in the snapshot while it lasts', async () => {
    const reloaded = planned.reload();
    expect(planned.snapshot()).toMatchObject({
      reload: { phase: 'CANARY', replaced: 0, of: 2, isFollowed: false },
      underWay: [{ slot: 0, phase: 'STARTING', reason: 'reload' }],
    });
    await passLively(10_000);
    expect(await reloaded).toMatchObject({ replaced: 2 });
    expect(planned.snapshot()).toMatchObject({ reload: null, underWay: [] });
    expect(planned.snapshot().history).toHaveLength(2);
    expect(log.mock.calls.map(([level, message]) => [level, message])).toEqual([
      ['info', 'reloading'],
      ['info', 'worker replaced'],
      ['info', 'canary is well'],
      ['info', 'worker replaced'],
      ['info', 'reloaded'],
    ]);
  });

  it('starts a worker at once in a slot that waits for its next try', async () => {
    workers.supervisor.exited(workers.at(1), 1, null);
    await workers.pass(100);
    workers.supervisor.exited(workers.at(1), 1, null);
    expect(workers.supervisor.workers).toHaveLength(1);
    const reloaded = planned.reload();
    expect(workers.supervisor.workers).toHaveLength(2);
    await passLively(20_000);
    // The other slot has the new code already.
    expect(await reloaded).toMatchObject({ replaced: 1 });
  });
});
