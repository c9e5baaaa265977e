import { describe, expect, it } from 'vitest';

import type { ManagedWorker } from '../../../../lib/cluster/supervision/managed-worker.ts';
import type { Slot } from '../../../../lib/cluster/supervision/slot.ts';
import { FakeWorkers } from '../fake-workers.ts';

const HUNG_AFTER_MS = 10_000;

function statesOf({ supervisor }: FakeWorkers): string[] {
  return supervisor.slots.map(({ state }) => state.kind);
}

function slotAt({ supervisor }: FakeWorkers, index: number): Slot {
  const slot = supervisor.slots[index];
  if (slot === undefined) throw new Error(`no slot ${index}`);
  return slot;
}

/** A group of two, of which the second one boots. */
async function booting(): Promise<{ workers: FakeWorkers; starting: ManagedWorker }> {
  const workers = new FakeWorkers(2);
  await workers.pass(100);
  workers.readyAll();
  return { workers, starting: workers.at(1) };
}

describe('Slots that are not needed', () => {
  it('get no worker, and the group is full without them', async () => {
    const workers = new FakeWorkers(4, 2);
    await workers.boot();
    await workers.pass(60_000);
    expect(workers.all.map(({ slot }) => slot)).toEqual([0, 1]);
    expect(statesOf(workers)).toEqual(['ACTIVE', 'ACTIVE', 'PARKED', 'PARKED']);
    expect(workers.supervisor).toMatchObject({ needed: 2, isFull: true });
  });

  it('are the highest ones: their workers drain, and others start when they are needed again', async () => {
    const workers = new FakeWorkers(3);
    await workers.boot();
    workers.supervisor.resize(1, 'the load is low');
    expect(statesOf(workers)).toEqual(['ACTIVE', 'PARKED', 'PARKED']);
    expect(workers.drained).toEqual([2, 3]);
    workers.endLeaving();
    await workers.pass(60_000);
    expect(workers.all).toHaveLength(3);
    workers.supervisor.resize(2, 'the load is high');
    await workers.boot();
    expect(workers.all.map(({ slot }) => slot)).toEqual([0, 1, 2, 1]);
    const counts = workers.supervisor.slots.map(({ restarts, failures }) => [restarts, failures]);
    expect(counts).toEqual(Array.from({ length: 3 }, () => [0, 0]));
  });

  it('may have waited for the next start of their worker', async () => {
    const { workers, starting } = await booting();
    workers.supervisor.exited(starting, 1, null);
    // The first failure is tried again at once.
    workers.supervisor.exited(workers.at(1), 1, null);
    expect(statesOf(workers)).toEqual(['ACTIVE', 'BACKOFF']);
    workers.supervisor.resize(1, 'the load is low');
    await workers.pass(60_000);
    expect(workers.all).toHaveLength(3);
    workers.supervisor.resize(2, 'the load is high');
    expect(workers.all).toHaveLength(4);
  });

  it('let a worker that boots end by itself: its silence is no blocked loop', async () => {
    const { workers, starting } = await booting();
    await workers.pass(2 * HUNG_AFTER_MS);
    // It beats only when it has booted.
    starting.heardAt = starting.spawnedAt;
    workers.supervisor.resize(1, 'the load is low');
    workers.supervisor.tick();
    expect(workers.drained).toEqual([starting.id]);
    expect(workers.killed).toEqual([]);
  });

  it('let the successor drain too that proves itself there', async () => {
    const workers = new FakeWorkers(2);
    await workers.boot();
    const successor = workers.supervisor.addSuccessor(slotAt(workers, 1));
    workers.supervisor.ready(successor);
    workers.supervisor.resize(1, 'the load is low');
    expect(workers.supervisor.leaving).toContain(successor);
    expect(workers.killed).toEqual([]);
  });

  it('stay so when the group ends', async () => {
    const workers = new FakeWorkers(3, 1);
    await workers.boot();
    workers.supervisor.stop();
    workers.supervisor.resize(3, 'the load is high');
    await workers.pass(60_000);
    expect(workers.all).toHaveLength(1);
  });

  it('have no counts of exits before they are needed', () => {
    const { supervisor } = new FakeWorkers(2, 1);
    const slots = (): Set<string> => new Set([...supervisor.exitCounts].map(([one]) => one.slot));
    expect(slots()).toEqual(new Set(['0']));
    supervisor.resize(2, 'the load is high');
    expect(slots()).toEqual(new Set(['0', '1']));
  });
});
