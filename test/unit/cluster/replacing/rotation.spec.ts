import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import { Rotation, type RotationBounds } from '../../../../lib/cluster/replacing/rotation.ts';
import type { ManagedWorker } from '../../../../lib/cluster/supervision/managed-worker.ts';
import { FakeWorkers } from '../fake-workers.ts';
import { type Asked, askFor } from './asked.ts';

const terms = { reason: 'the test', bootTimeoutMs: 60_000, healthyForMs: 1_000 };

let workers: FakeWorkers;
let rotation: Rotation;

beforeEach(async () => {
  ({ workers, rotation } = await started(2));
});

async function started(
  slots: number,
  bounds: Partial<RotationBounds> = {},
): Promise<{ workers: FakeWorkers; rotation: Rotation }> {
  const some = new FakeWorkers(slots);
  const one = new Rotation(some.supervisor, some.clock, {
    askForRoom: () => true,
    quorum: 1,
    maxStarting: 1,
    ...bounds,
  });
  some.onTick(() => one.tick());
  await some.boot();
  return { workers: some, rotation: one };
}

/** Asks for a replacement and notes how it went. */
function ask(slot: number): Asked {
  return askFor(rotation, workers.at(slot), terms);
}

function successors(): ManagedWorker[] {
  return workers.supervisor.slots.flatMap(({ successor }) => successor ?? []);
}

describe('Rotation', () => {
  it('ends the old worker only when the new one is READY and has proved itself', async () => {
    const old = workers.at(0);
    const asked = ask(0);
    await workers.pass(5_000);
    expect(workers.drained).toEqual([]);
    workers.readyAll();
    await workers.pass(900);
    expect(workers.drained).toEqual([]);
    await workers.pass(300);
    expect(workers.drained).toEqual([old.id]);
    expect(asked.outcome()).toBeUndefined();
    workers.endLeaving();
    await workers.pass(200);
    expect(asked.outcome()).toMatchObject({
      slot: 0,
      outcome: 'replaced',
      before: { id: old.id },
      after: { id: workers.at(0).id },
    });
    expect(workers.leastReady).toBe(2);
    expect(workers.mostAtOnce).toBe(3);
  });

  it('waits for the readiness checks that the old worker passes, and keeps it if they never are', async () => {
    const late = ask(0);
    workers.readyAll();
    const [successor] = successors();
    if (successor === undefined) throw new Error('no successor');
    successor.passesChecks = false;
    await workers.pass(10_000);
    expect(workers.drained).toEqual([]);
    successor.passesChecks = true;
    await workers.pass(300);
    workers.endLeaving();
    await workers.pass(200);
    expect(late.outcome()?.outcome).toBe('replaced');

    const never = ask(1);
    workers.readyAll();
    for (const one of successors()) one.passesChecks = false;
    await workers.pass(61_000);
    expect(never.outcome()?.failure).toBe('it does not pass its readiness checks');
  });

  it('R28 waits for a new worker that a debugger holds up', async () => {
    const asked = ask(0);
    await workers.pass(300);
    const [successor] = successors();
    if (successor === undefined) throw new Error('no successor');
    successor.isDebugged = true;
    await workers.pass(2 * terms.bootTimeoutMs);
    expect(asked.outcome()).toBeUndefined();
    successor.isDebugged = false;
    await workers.pass(300);
    expect(asked.outcome()?.outcome).toBe('kept');
  });

  it('goes on where the old worker passes no readiness checks either', async () => {
    workers.at(0).passesChecks = false;
    const asked = ask(0);
    workers.readyAll();
    for (const one of successors()) one.passesChecks = false;
    await workers.pass(1_300);
    workers.endLeaving();
    await workers.pass(200);
    expect(asked.outcome()?.outcome).toBe('replaced');
  });

  describe('R1 without memory for one more worker', () => {
    const FULL = 'the container is full';
    let room: true | string;

    beforeEach(async () => {
      room = FULL;
      ({ workers, rotation } = await started(2, { askForRoom: () => room }));
    });

    it('lets the old one end before the new one starts', async () => {
      const old = workers.at(0);
      const asked = ask(0);
      await workers.pass(5_000);
      expect(workers.drained).toEqual([old.id]);
      expect(workers.supervisor.everyone).toHaveLength(2);
      workers.endLeaving();
      await workers.pass(200);
      workers.readyAll();
      await workers.pass(900);
      expect(asked.outcome()).toBeUndefined();
      await workers.pass(300);
      expect(asked.outcome()).toMatchObject({
        outcome: 'replaced',
        before: { id: old.id },
        after: { id: workers.at(0).id },
      });
      expect(workers.at(0)).not.toBe(old);
      expect(workers.mostAtOnce).toBe(2);
      expect(workers.supervisor.isFull).toBe(true);
    });

    it('keeps the only one that serves', async () => {
      ({ workers, rotation } = await started(1, { askForRoom: () => room }));
      const asked = ask(0);
      await workers.settle();
      expect(asked.outcome()).toMatchObject({ outcome: 'kept', failure: FULL, after: null });
      expect(workers.drained).toEqual([]);
      expect(rotation.isIdle).toBe(true);
    });

    it.each([
      ['the quorum needs', 'nothing', 2],
      ['has no other beside it that turns', 'turns', 1],
      ['has no other beside it that passes its checks', 'checks', 1],
    ] as const)('keeps a worker that %s', async (_why, missing, quorum) => {
      ({ workers, rotation } = await started(2, { askForRoom: () => room, quorum }));
      const other = workers.at(1);
      if (missing === 'turns') other.apply({ kind: 'silent' }, workers.now);
      if (missing === 'checks') other.passesChecks = false;
      const asked = ask(0);
      await workers.settle();
      expect(asked.outcome()).toMatchObject({ outcome: 'kept', failure: FULL });
      expect(workers.drained).toEqual([]);
    });

    it.each([
      ['ends', 'the new worker ended: no such table (exit code 1)'],
      ['is late', 'the new worker was ended: not ready within 60000 ms'],
      ['is unwell', 'its liveness check fails: Cache.fits: returned false'],
    ])(
      'says that the new one failed when it %s, and its place is filled again',
      async (how, why) => {
        const asked = ask(0);
        workers.endLeaving();
        await workers.pass(300);
        const first = workers.at(0);
        if (how === 'is late') await workers.pass(60_500);
        else if (how === 'is unwell') {
          first.livenessFailure = 'Cache.fits: returned false';
          workers.readyAll();
        } else {
          first.reason = 'no such table';
          workers.supervisor.exited(first, 1, null);
        }
        await workers.pass(200);
        expect(asked.outcome()).toMatchObject({ outcome: 'failed', failure: why });
        expect(rotation.isIdle).toBe(true);
        if (workers.killed.length > 0) workers.supervisor.exited(first, null, 'SIGKILL');
        for (const worker of workers.supervisor.workers) worker.livenessFailure = undefined;
        await workers.pass(20_000);
        workers.readyAll();
        expect(workers.supervisor.isFull).toBe(true);
      },
    );

    it('goes on beside the old one when there is room again', async () => {
      ask(0);
      workers.endLeaving();
      await workers.pass(300);
      workers.readyAll();
      room = true;
      const next = ask(1);
      await workers.pass(1_300);
      expect(workers.supervisor.everyone).toHaveLength(3);
      workers.readyAll();
      await workers.pass(1_200);
      workers.endLeaving();
      await workers.pass(200);
      expect(next.outcome()?.outcome).toBe('replaced');
    });

    it('ends with the group', async () => {
      const asked = ask(0);
      await workers.pass(300);
      workers.supervisor.stop();
      workers.endLeaving();
      await workers.pass(300);
      expect(asked.outcome()).toBeUndefined();
      expect(workers.supervisor.slots[0]?.state.kind).toBe('CLOSED');
      expect(rotation.isIdle).toBe(true);
    });
  });

  it('replaces one at a time', async () => {
    const both = [ask(0), ask(1)];
    for (const asked of both) {
      expect(workers.supervisor.everyone).toHaveLength(3);
      workers.readyAll();
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await workers.pass(1_200);
      expect(workers.supervisor.everyone).toHaveLength(3);
      workers.endLeaving();
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await workers.pass(200);
      expect(asked.outcome()?.outcome).toBe('replaced');
    }
    expect(rotation.isIdle).toBe(true);
  });

  it('keeps the old worker when the new one ends', async () => {
    const old = workers.at(0);
    const asked = ask(0);
    await workers.pass(200);
    const successor = workers.all.at(-1);
    if (successor === undefined) throw new Error('no successor');
    successor.reason = 'it failed to boot: no such table';
    workers.supervisor.exited(successor, 1, null);
    await workers.pass(200);
    expect(asked.outcome()).toMatchObject({
      outcome: 'kept',
      failure: 'the new worker ended: it failed to boot: no such table (exit code 1)',
    });
    expect(workers.at(0)).toBe(old);
    expect(workers.supervisor.slots[0]?.failures).toBe(0);
  });

  it('F19 keeps the old worker and kills the new one that is not READY in time', async () => {
    const old = workers.at(0);
    const asked = ask(0);
    await workers.pass(60_500);
    expect(asked.outcome()?.outcome).toBe('kept');
    expect(workers.killed).toEqual([workers.all.at(-1)?.id]);
    expect(workers.at(0)).toBe(old);
    expect(workers.leastReady).toBe(2);
  });

  it('keeps the old worker when the new one is not well, or its loop is blocked', async () => {
    const unwell = ask(0);
    workers.readyAll();
    const [successor] = workers.ready.slice(-1);
    if (successor === undefined) throw new Error('no successor');
    successor.livenessFailure = 'Cache.fits: returned false';
    await workers.pass(200);
    expect(unwell.outcome()?.failure).toBe('its liveness check fails: Cache.fits: returned false');
    workers.endLeaving();

    const stalled = ask(0);
    await workers.pass(100);
    workers.readyAll();
    await workers.pass(100);
    workers.ready.at(-1)?.apply({ kind: 'silent' }, workers.now);
    rotation.tick();
    // Much is compiled when a worker gets its first requests: a moment of silence is nothing.
    workers.now += 1_900;
    rotation.tick();
    await workers.settle();
    expect(stalled.outcome()).toBeUndefined();
    workers.now += 200;
    rotation.tick();
    await workers.settle();
    expect(stalled.outcome()?.failure).toBe('the event loop of the new worker is blocked');
  });

  it('lets the new worker take the place at once when the old one dies meanwhile', async () => {
    const old = workers.at(0);
    const asked = ask(0);
    workers.supervisor.exited(old, null, 'SIGSEGV');
    workers.readyAll();
    await workers.pass(1_500);
    expect(asked.outcome()).toMatchObject({ outcome: 'replaced', before: { id: old.id } });
    expect(workers.supervisor.everyone).toHaveLength(2);
  });

  it('has never fewer READY workers than places, nor more than one too many, unless workers die', async () => {
    const step = fc.constantFrom('ask 0', 'ask 1', 'ask 2', 'ready', 'end', 'pass', 'fail');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        ({ workers, rotation } = await started(3));
        for (const one of steps) {
          if (one.startsWith('ask')) ask(Number(one.at(-1)));
          if (one === 'ready') workers.readyAll();
          if (one === 'end') workers.endLeaving();
          if (one === 'fail') failSuccessors();
          // oxlint-disable-next-line no-await-in-loop -- one step after another
          await workers.pass(600);
        }
        expect(workers.leastReady).toBeGreaterThanOrEqual(3);
        // A new worker that failed may be on its way out while the next one starts.
        expect(workers.supervisor.slots.filter(({ successor }) => successor).length).toBeLessThan(
          2,
        );
      }),
      { numRuns: 60 },
    );
  });
});

function failSuccessors(): void {
  for (const { successor } of workers.supervisor.slots) {
    if (successor !== undefined) workers.supervisor.exited(successor, 1, null);
  }
}
