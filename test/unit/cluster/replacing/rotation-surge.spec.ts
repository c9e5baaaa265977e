import { beforeEach, describe, expect, it } from 'vitest';

import { Rotation, type RotationBounds } from '../../../../lib/cluster/replacing/rotation.ts';
import type { ManagedWorker } from '../../../../lib/cluster/supervision/managed-worker.ts';
import { FakeWorkers } from '../fake-workers.ts';
import { type Asked, askFor } from './asked.ts';

const terms = { reason: 'the test', bootTimeoutMs: 60_000, healthyForMs: 1_000 };

let workers: FakeWorkers;
let rotation: Rotation;

async function start(slots: number, bounds: Partial<RotationBounds> = {}): Promise<void> {
  workers = new FakeWorkers(slots);
  rotation = new Rotation(workers.supervisor, workers.clock, {
    askForRoom: () => true,
    quorum: 1,
    maxStarting: 2,
    ...bounds,
  });
  workers.onTick(() => rotation.tick());
  await workers.boot();
}

/** Without a surge: alone. */
function ask(slot: number, surge?: number): Asked {
  const asked = surge === undefined ? terms : { ...terms, surge };
  return askFor(rotation, workers.at(slot), asked);
}

function successors(): ManagedWorker[] {
  return workers.supervisor.slots.flatMap(({ successor }) => successor ?? []);
}

describe('Replacements side by side', () => {
  beforeEach(async () => {
    await start(4);
  });

  it('starts as many as the surge and the processors allow', async () => {
    for (const slot of [0, 1, 2, 3]) ask(slot, 3);
    expect(successors().map(({ slot }) => slot)).toEqual([0, 1]);
    workers.readyAll();
    await workers.pass(100);
    expect(successors().map(({ slot }) => slot)).toEqual([0, 1, 2]);
    expect(rotation.underWay.map(({ phase }) => phase)).toEqual(['PROVING', 'PROVING', 'STARTING']);
  });

  it('goes on while old workers drain, and is over when they have ended', async () => {
    const first = ask(0, 1);
    ask(1, 1);
    workers.readyAll();
    await workers.pass(1_200);
    expect(workers.drained).toHaveLength(1);
    expect(first.early()?.outcome).toBe('replaced');
    expect(first.isOver()).toBe(false);
    expect(rotation.underWay).toEqual([
      { slot: 0, reason: terms.reason, phase: 'ENDING' },
      { slot: 1, reason: terms.reason, phase: 'STARTING' },
    ]);
    workers.endLeaving();
    await workers.pass(100);
    await workers.settle();
    expect(first.outcome()).toBe(first.early());
    expect(first.isOver()).toBe(true);
  });

  it('lets one that must be alone wait for the others, and does not wait for it', async () => {
    ask(0, 2);
    ask(1);
    ask(2, 2);
    expect(successors().map(({ slot }) => slot)).toEqual([0, 2]);
    workers.readyAll();
    await workers.pass(1_200);
    expect(successors()).toEqual([]);
    workers.endLeaving();
    await workers.pass(100);
    expect(successors().map(({ slot }) => slot)).toEqual([1]);
  });

  it('lets an empty slot start first', async () => {
    const [dead] = workers.supervisor.workers.slice(-1);
    if (dead === undefined) throw new Error('no worker');
    ask(0, 4);
    ask(1, 4);
    workers.supervisor.exited(dead, null, 'SIGKILL');
    workers.readyAll();
    ask(2, 4);
    await workers.pass(200);
    expect(workers.at(3)).not.toBe(dead);
    expect(workers.leastReady).toBeGreaterThanOrEqual(3);
  });

  it('waits for memory that comes free instead of ending a worker that serves', async () => {
    let room: true | string = true;
    await start(4, { askForRoom: () => room });
    ask(0, 2);
    room = 'the machine is full';
    ask(1, 2);
    workers.readyAll();
    await workers.pass(1_200);
    // The old one of slot 0 drains, and nobody else.
    expect(workers.drained).toHaveLength(1);
    expect(successors()).toEqual([]);
    room = true;
    workers.endLeaving();
    await workers.pass(100);
    expect(successors().map(({ slot }) => slot)).toEqual([1]);
  });

  it('asks for room for those that boot, too', async () => {
    const counts: number[] = [];
    const askForRoom = (count: number): true => {
      counts.push(count);
      return true;
    };
    await start(4, { askForRoom });
    ask(0, 2);
    ask(1, 2);
    expect(counts).toEqual([1, 2]);
  });
});

describe('A new worker that proves itself', () => {
  beforeEach(() => start(2));

  it('leaves a new worker to drain with all others when the group ends while it proves itself', async () => {
    const asked = ask(0);
    workers.readyAll();
    await workers.pass(200);
    workers.supervisor.stop();
    for (const worker of workers.supervisor.everyone) worker.apply({ kind: 'drain' }, workers.now);
    await workers.pass(5_000);
    expect(workers.killed).toEqual([]);
    expect([asked.isOver(), asked.outcome()]).toEqual([true, undefined]);
    expect(rotation.isIdle).toBe(true);
  });

  it('drains a new worker that serves and is not well, and kills none of its requests', async () => {
    const asked = ask(0);
    workers.readyAll();
    const [successor] = successors();
    if (successor === undefined) throw new Error('no successor');
    successor.livenessFailure = 'Cache.fits: returned false';
    await workers.pass(200);
    expect(asked.outcome()?.outcome).toBe('kept');
    expect(workers.drained).toEqual([successor.id]);
    expect(workers.killed).toEqual([]);
    workers.supervisor.exited(successor, 0, null);
    expect(workers.ends).toEqual([expect.objectContaining({ isPlanned: false })]);
  });

  it('says that the new worker failed when it dies in the slot of an old one that is dead too', async () => {
    const asked = ask(0);
    workers.supervisor.exited(workers.at(0), null, 'SIGSEGV');
    workers.readyAll();
    await workers.pass(200);
    workers.supervisor.exited(workers.at(0), 1, null);
    await workers.pass(200);
    expect(asked.outcome()).toMatchObject({
      outcome: 'failed',
      failure: 'the new worker ended: exit code 1',
    });
  });

  it('asks to be woken when a proof is over', async () => {
    const waits: number[] = [];
    await start(2, { wakeAfter: (ms) => waits.push(ms) });
    ask(0);
    expect(waits).toEqual([]);
    workers.readyAll();
    await workers.pass(400);
    expect(waits).toEqual([900, 800, 700, 600]);
  });
});
