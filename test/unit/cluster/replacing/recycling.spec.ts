import { beforeEach, describe, expect, it } from 'vitest';

import type { PrimaryMessage } from '../../../../lib/cluster/protocol/control-messages.ts';
import { recycleOptions } from '../../../../lib/cluster/recycle.options.ts';
import { Recycling, type RecycleRecord } from '../../../../lib/cluster/replacing/recycling.ts';
import { Rotation } from '../../../../lib/cluster/replacing/rotation.ts';
import { thisMachine } from '../../../../lib/common/options/machine.ts';
import { FakeWorkers } from '../fake-workers.ts';

const MIB = 1 << 20;

let workers: FakeWorkers;
let recycling: Recycling;
let records: RecycleRecord[];
let room: true | string;

const OUT = { by: 'ada', reason: null, since: '', endsAt: Infinity };

beforeEach(async () => {
  workers = new FakeWorkers(3);
  records = [];
  room = true;
  const rotation = new Rotation(workers.supervisor, workers.clock, {
    askForRoom: () => room,
    quorum: 1,
    maxStarting: 4,
  });
  recycling = new Recycling({
    recycle: recycleOptions.check('recycle', { maxRssBytes: 100 * MIB }, thisMachine()),
    bootTimeoutMs: 60_000,
    supervisor: workers.supervisor,
    rotation,
    clock: workers.clock,
    random: () => 0.5,
    onRecord: (record) => records.push(record),
  });
  workers.onTick(() => {
    rotation.tick();
    recycling.tick();
  });
  await workers.boot();
  await workers.pass(60_000);
});

/** New workers boot, old ones end, both soon. */
async function passLively(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1_000) {
    // oxlint-disable-next-line no-await-in-loop -- one second after another
    await workers.pass(1_000);
    workers.readyAll();
    workers.endLeaving();
  }
}

describe('Recycling', () => {
  it('keeps a worker whose memory was garbage, which it is told to collect', async () => {
    const grown = workers.at(1);
    const { process } = grown;
    if (process === undefined) throw new Error('not started');
    const told: PrimaryMessage[] = [];
    grown.process = {
      ...process,
      send: (message) => {
        told.push(message);
        workers.use(grown, { privateBytes: 60 * MIB });
      },
    };
    workers.use(grown, { privateBytes: 110 * MIB });
    await passLively(60_000);
    expect(told).toEqual([{ kind: 'collect' }]);
    expect(records).toEqual([]);
    expect(workers.at(1)).toBe(grown);
  });

  it('replaces a worker that grew, once, and keeps figures of both', async () => {
    const grown = workers.at(1);
    workers.use(grown, { privateBytes: 110 * MIB });
    await workers.pass(14_000);
    expect(workers.supervisor.everyone).toHaveLength(3);
    await passLively(12_000);
    expect(records).toEqual([
      expect.objectContaining({
        kind: 'memory',
        slot: 1,
        outcome: 'replaced',
        value: 110 * MIB,
        limit: 100 * MIB,
        before: expect.objectContaining({ id: grown.id, pid: grown.process?.pid }),
      }),
    ]);
    expect(recycling.snapshot().history).toEqual(records);
    expect(workers.leastReady).toBe(3);
  });

  it('F23 replaces one at a time, five seconds apart, when all have grown together', async () => {
    for (const worker of workers.supervisor.workers)
      workers.use(worker, { privateBytes: 110 * MIB });
    const old = workers.supervisor.workers;
    await passLively(60_000);
    expect(records).toHaveLength(3);
    expect(workers.drained).toEqual(old.map(({ id }) => id));
    expect(workers.leastReady).toBe(3);
    expect(workers.mostAtOnce).toBe(4);
  });

  it('ends a worker beyond the hard limit at once, counts that as a failure, and starts another', async () => {
    const grown = workers.at(2);
    workers.use(grown, { privateBytes: 121 * MIB });
    await workers.pass(200);
    expect(workers.drained).toEqual([grown.id]);
    expect(records).toEqual([
      expect.objectContaining({ kind: 'hard-memory', outcome: 'ended at once', after: null }),
    ]);
    await workers.pass(500);
    expect(workers.supervisor.slots[2]?.failures).toBe(1);
    expect(workers.at(2)).not.toBe(grown);
    await workers.pass(4_500);
    expect(workers.killed).toEqual([grown.id]);
  });

  it.each([110, 130])('R43: spares one of %i MiB that an operator took out', async (mib) => {
    const grown = workers.at(1);
    grown.out = OUT;
    workers.use(grown, { privateBytes: mib * MIB });
    await passLively(30_000);
    expect([records, workers.at(1)]).toEqual([[], grown]);
    grown.out = undefined;
    await passLively(30_000);
    expect(records).toHaveLength(1);
  });

  it('R43: keeps one record of a worker that passes its hard limit while it is replaced', async () => {
    const grown = workers.at(2);
    workers.use(grown, { privateBytes: 110 * MIB });
    while (workers.supervisor.slots[2]?.successor === undefined) {
      // oxlint-disable-next-line no-await-in-loop -- one second after another
      await workers.pass(1_000);
    }
    workers.use(grown, { privateBytes: 130 * MIB });
    await passLively(20_000);
    expect(grown.state.kind).toBe('EXITED');
    expect(records).toEqual([
      expect.objectContaining({ kind: 'hard-memory', outcome: 'ended at once' }),
    ]);
    expect(recycling.snapshot().history).toHaveLength(1);
    const next = workers.at(0);
    workers.use(next, { privateBytes: 110 * MIB });
    await passLively(60_000);
    expect(records.at(-1)).toMatchObject({ kind: 'memory', before: { id: next.id } });
  });

  it('R1 tries less and less often to replace the only READY worker beyond the hard limit', async () => {
    const only = workers.at(0);
    for (const slot of [1, 2]) workers.at(slot).out = OUT;
    room = 'no memory for one more worker';
    workers.use(only, { privateBytes: 130 * MIB });
    await passLively(300_000);
    expect(workers.at(0)).toBe(only);
    expect(records.map(({ kind, outcome }) => `${kind} ${outcome}`)).toContain('hard-memory kept');
    expect(records.length).toBeLessThanOrEqual(8);
  });

  it('tries less and less often while new workers fail', async () => {
    workers.use(workers.at(0), { privateBytes: 110 * MIB });
    for (let seconds = 0; seconds < 300; seconds++) {
      // oxlint-disable-next-line no-await-in-loop -- one second after another
      await workers.pass(1_000);
      for (const { successor } of workers.supervisor.slots) {
        if (successor !== undefined) workers.supervisor.exited(successor, 1, null);
      }
    }
    expect(records.map(({ outcome }) => outcome)).toEqual(records.map(() => 'kept'));
    expect(records.length).toBeGreaterThan(3);
    expect(records.length).toBeLessThan(10);
    expect(workers.leastReady).toBe(3);
  });

  it('remembers the last fifty', async () => {
    for (let count = 0; count < 60; count++) {
      const usage = { id: count, pid: null, usage: null };
      recycling.remember({
        kind: 'reload',
        slot: 0,
        reason: 'reload',
        outcome: 'replaced',
        failure: null,
        before: usage,
        after: usage,
        tookMs: 1,
        at: '',
        value: null,
        limit: null,
      });
    }
    expect(recycling.snapshot().history).toHaveLength(50);
    expect(recycling.snapshot().history[0]?.before.id).toBe(59);
  });
});
