import { beforeEach, describe, expect, it } from 'vitest';

import type { ManagedWorker } from '../../../../lib/cluster/supervision/managed-worker.ts';
import type { Supervisor } from '../../../../lib/cluster/supervision/supervisor.ts';
import { FakeWorkers } from '../fake-workers.ts';

let workers: FakeWorkers;
let supervisor: Supervisor;
let worker: ManagedWorker;

beforeEach(async () => {
  workers = new FakeWorkers(1);
  ({ supervisor } = workers);
  await workers.boot();
  worker = workers.at(0);
});

function promoteSuccessor(): void {
  const [slot] = supervisor.slots;
  if (slot === undefined) throw new Error('no slot');
  supervisor.addSuccessor(slot);
  supervisor.promote(slot, 'reload');
}

describe('R43: the end of a worker', () => {
  it.each([
    { reason: 'reload', begin: () => promoteSuccessor() },
    { reason: 'no room for two', begin: () => supervisor.vacate(worker, 'no room for two') },
    {
      reason: 'it got SIGTERM',
      begin: () => supervisor.retire(worker, 'it got SIGTERM', { cause: 'asked' }),
    },
  ])('is planned: $reason', ({ reason, begin }) => {
    begin();
    supervisor.exited(worker, 0, null);
    expect(workers.ends).toEqual([{ reason: `${reason} (exit code 0)`, isPlanned: true }]);
  });

  it('is not planned where it was asked to end for its own fault', () => {
    supervisor.retire(worker, 'uncaught exception', { cause: 'failure' });
    supervisor.exited(worker, 0, null);
    expect(workers.ends).toEqual([
      { reason: 'uncaught exception (exit code 0)', isPlanned: false },
    ]);
  });

  it.each([
    { code: 0, signal: null, reason: 'exit code 0' },
    { code: null, signal: 'SIGSEGV', reason: 'signal SIGSEGV' },
  ])('is not planned where it ends by itself: $reason', ({ code, signal, reason }) => {
    supervisor.exited(worker, code, signal);
    expect(workers.ends).toEqual([{ reason, isPlanned: false }]);
  });

  it('is not planned where its drain fails', () => {
    supervisor.retire(worker, 'reload', { cause: 'asked' });
    supervisor.exited(worker, 1, null);
    expect(workers.ends).toEqual([{ reason: 'reload (exit code 1)', isPlanned: false }]);
  });

  it('is not planned where its drain takes too long, and tells both reasons', async () => {
    supervisor.retire(worker, 'reload', { cause: 'asked' });
    await workers.pass(30_000);
    expect(workers.killed).toEqual([worker.id]);
    supervisor.exited(worker, null, 'SIGKILL');
    const reason = 'reload; it did not end in time (signal SIGKILL)';
    expect(workers.ends).toEqual([{ reason, isPlanned: false }]);
  });
});
