import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import type { ManagedWorker } from '../../../lib/cluster/managed-worker.ts';
import { PlaceHolders } from '../../../lib/cluster/place-holders.ts';
import { FakeWorkers } from './fake-workers.ts';

let workers: FakeWorkers;
let places: PlaceHolders;
let current: Set<ManagedWorker>;

/** A worker takes itself for the current one from its place on until it drains. */
beforeEach(async () => {
  workers = new FakeWorkers(2);
  current = new Set();
  places = new PlaceHolders(() => workers.supervisor.workers);
  await workers.boot();
  for (const worker of workers.all) hear(worker);
});

function hear(worker: ManagedWorker): void {
  const { process } = worker;
  if (process === undefined) return;
  worker.process = { ...process, send: ({ kind }) => kind === 'place' && current.add(worker) };
}

function yields(worker: ManagedWorker): void {
  current.delete(worker);
  places.free(worker);
}

describe('PlaceHolders', () => {
  it('R42 gives nothing before another group has given its places back', () => {
    places.give();
    expect(current.size).toBe(0);
    places.open();
    expect([...current]).toEqual(workers.supervisor.workers);
  });

  it('R42 gives a place once', () => {
    places.open();
    current.clear();
    places.give();
    expect(current.size).toBe(0);
  });

  it('R42 gives a successor its place only when the old worker has given it back', async () => {
    places.open();
    const [slot] = workers.supervisor.slots;
    if (slot === undefined) throw new Error('no slot');
    const old = workers.at(0);
    const successor = workers.supervisor.addSuccessor(slot);
    hear(successor);
    workers.readyAll();
    places.give();
    expect(current).not.toContain(successor);
    workers.supervisor.promote(slot, 'the test');
    places.give();
    expect(current).not.toContain(successor);
    yields(old);
    expect(current).toContain(successor);
    // Its end, later, takes nothing from the new one.
    places.free(old);
    places.give();
    expect(current.size).toBe(2);
  });

  it('R42 gives the place of a worker that is gone to the next one when that is READY', async () => {
    places.open();
    const old = workers.at(0);
    current.delete(old);
    workers.supervisor.exited(old, null, 'SIGKILL');
    places.free(old);
    await workers.pass(200);
    const next = workers.at(0);
    hear(next);
    places.give();
    expect(current).not.toContain(next);
    workers.readyAll();
    places.give();
    expect(current).toContain(next);
  });

  it('R42 tells, after its end, when all places are free, and gives none', () => {
    places.open();
    let calls = 0;
    places.close(() => calls++);
    for (const worker of workers.supervisor.workers) {
      expect(calls).toBe(0);
      yields(worker);
    }
    expect([calls, current.size]).toEqual([1, 0]);
  });

  it('R42 never has two in a place, in whatever order things happen', () => {
    const steps = fc.array(fc.constantFrom('give', 'succeed', 'promote', 'yield', 'ready'), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (todo) => {
        const some = new FakeWorkers(1);
        const now = new Set<ManagedWorker>();
        const own = new PlaceHolders(() => some.supervisor.workers);
        const [slot] = some.supervisor.slots;
        if (slot === undefined) throw new Error('no slot');
        own.open();
        some.supervisor.tick();
        for (const step of todo) {
          for (const worker of some.all) {
            if (worker.process === undefined) continue;
            worker.process.send = ({ kind }) => kind === 'place' && now.add(worker);
          }
          if (step === 'ready') some.readyAll();
          if (step === 'give') own.give();
          if (step === 'succeed' && slot.successor === undefined)
            some.supervisor.addSuccessor(slot);
          if (step === 'promote' && slot.successor?.state.kind === 'READY')
            some.supervisor.promote(slot, 'the test');
          if (step === 'yield') {
            for (const worker of some.supervisor.leaving) {
              now.delete(worker);
              own.free(worker);
            }
          }
          expect(now.size).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
