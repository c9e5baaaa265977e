import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import { PlaceHolders } from '../../../../lib/cluster/primary/place-holders.ts';
import type { ManagedWorker } from '../../../../lib/cluster/supervision/managed-worker.ts';
import type { Slot } from '../../../../lib/cluster/supervision/slot.ts';
import { FakeWorkers } from '../fake-workers.ts';

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
    const names = Object.keys(new Life().steps);
    const steps = fc.array(fc.constantFrom(...names), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(steps, (todo) => {
        const life = new Life();
        for (const step of todo) {
          life.listen();
          life.steps[step]?.();
          expect(life.current.size).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

/** One place, and what can happen to those who have it. */
class Life {
  readonly workers = new FakeWorkers(1);
  readonly current = new Set<ManagedWorker>();
  readonly #places = new PlaceHolders(() => this.workers.supervisor.workers);

  readonly steps: Record<string, () => void> = {
    ready: () => this.workers.readyAll(),
    give: () => this.#places.give(),
    succeed: () => {
      if (this.#slot.successor === undefined) this.workers.supervisor.addSuccessor(this.#slot);
    },
    promote: () => {
      if (this.#slot.successor?.state.kind !== 'READY') return;
      this.workers.supervisor.promote(this.#slot, 'the test');
    },
    yield: () => {
      for (const worker of this.workers.supervisor.leaving) this.#free(worker);
    },
    end: () => {
      for (const worker of this.workers.supervisor.workers) {
        this.workers.supervisor.exited(worker, null, 'SIGKILL');
        this.#free(worker);
      }
    },
    tick: () => this.workers.supervisor.tick(),
  };

  constructor() {
    this.#places.open();
    this.workers.supervisor.tick();
  }

  /** All of them hear what they are told. */
  listen(): void {
    for (const worker of this.workers.all) {
      if (worker.process === undefined) continue;
      worker.process.send = ({ kind }) => kind === 'place' && this.current.add(worker);
    }
  }

  get #slot(): Slot {
    const [slot] = this.workers.supervisor.slots;
    if (slot === undefined) throw new Error('no slot');
    return slot;
  }

  #free(worker: ManagedWorker): void {
    this.current.delete(worker);
    this.#places.free(worker);
  }
}
