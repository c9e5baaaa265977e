import { beforeEach, describe, expect, it } from 'vitest';

import type { MeteredLoad } from '../../../../lib/cluster/scaling/load-meter.ts';
import type { MemoryLeft } from '../../../../lib/cluster/scaling/memory-left.ts';
import type { ScalingState } from '../../../../lib/cluster/scaling/scaling-bounds.ts';
import { boundsOf, initialWorkers } from '../../../../lib/cluster/scaling/scaling-bounds.ts';
import { Scaling } from '../../../../lib/cluster/scaling/scaling.ts';
import {
  elasticWorkersOptions,
  type ResolvedWorkers,
} from '../../../../lib/cluster/workers.options.ts';
import { thisMachine } from '../../../../lib/common/options/machine.ts';
import { FakeWorkers } from '../fake-workers.ts';

const ELASTIC = elasticWorkersOptions.check('workers', { min: 1, max: 4 }, thisMachine());
const CALM = { utilizations: [0.1], out: 0, waitMs: 0, shed: 0 };
const BUSY = { ...CALM, shed: 9 };
const OUT = { by: 'ada', reason: null, since: '', endsAt: Infinity };

let workers: FakeWorkers;
let scaling: Scaling;
let load: MeteredLoad;
let memory: MemoryLeft;
let room: true | string;
let blocked: { up?: string; down?: string };
let logged: string[];

async function start(
  configured: ResolvedWorkers,
  { quorum = 1, inherited }: { quorum?: number; inherited?: ScalingState } = {},
): Promise<void> {
  const { max } = boundsOf(configured, quorum);
  workers = new FakeWorkers(max, initialWorkers(configured, quorum, inherited));
  scaling = new Scaling({
    workers: configured,
    quorum,
    waitTargetMs: 20,
    inherited,
    supervisor: workers.supervisor,
    meter: { read: () => ({ ...load, utilizations: workers.ready.map(() => 0.1) }) },
    memoryLeft: () => memory,
    askForRoom: () => room,
    blockedBy: (direction) => blocked[direction],
    clock: workers.clock,
    log: (_, message) => logged.push(message),
  });
  workers.onTick(() => scaling.tick());
  await workers.boot();
}

/** Lets time pass in which workers start and end at once. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    // oxlint-disable-next-line no-await-in-loop -- one second after another
    await workers.pass(1_000);
    workers.readyAll();
    workers.endLeaving();
  }
}

beforeEach(() => {
  load = CALM;
  memory = { room: Infinity, isShort: false };
  room = true;
  blocked = {};
  logged = [];
});

describe('Scaling by the load', () => {
  beforeEach(() => start(ELASTIC));

  it('starts with the fewest workers, adds under load, and drains the highest slots after it', async () => {
    expect(workers.ready).toHaveLength(1);
    load = BUSY;
    await pass(5);
    expect(workers.ready.map(({ slot }) => slot)).toEqual([0, 1, 2, 3]);
    load = CALM;
    await pass(180);
    expect(workers.ready.map(({ slot }) => slot)).toEqual([0]);
    expect(workers.drained).toEqual([4, 3, 2]);
    expect(workers.ends.every(({ isPlanned }) => isPlanned)).toBe(true);
    const { history, wanted } = scaling.snapshot();
    expect(wanted).toBe(1);
    expect(history.map(({ from, to, cause }) => [from, to, cause])).toEqual([
      [2, 1, 'idle'],
      [3, 2, 'idle'],
      [4, 3, 'idle'],
      [1, 4, 'shed'],
    ]);
    expect(logged).toHaveLength(4);
    expect(new Map([...scaling.counts].map(([labels, count]) => [labels.cause, count]))).toEqual(
      new Map([
        ['order', 0],
        ['utilization', 0],
        ['queue', 0],
        ['shed', 1],
        ['idle', 3],
        ['memory', 0],
      ]),
    );
  });

  it('waits for the end of a reload', async () => {
    load = BUSY;
    blocked = { up: 'a reload is under way', down: 'a reload is under way' };
    await pass(60);
    expect(workers.ready).toHaveLength(1);
    expect(scaling.snapshot().heldBy).toBe('a reload is under way');
    blocked = {};
    await pass(5);
    expect(workers.ready).toHaveLength(4);
  });

  it('says that memory keeps it from growing', async () => {
    load = BUSY;
    memory = { room: 0, isShort: false };
    await pass(10);
    expect(workers.ready).toHaveLength(1);
    expect(scaling.snapshot().heldBy).toBe('memory has no room for one more worker');
  });

  it('keeps a worker that an operator has taken out, and those below it', async () => {
    load = BUSY;
    await pass(5);
    workers.at(2).out = OUT;
    load = { ...CALM, out: 1 };
    await pass(300);
    expect(workers.supervisor.workers.map(({ slot }) => slot)).toEqual([0, 1, 2]);
  });

  it('ends none while those that would stay do not serve', async () => {
    load = BUSY;
    await pass(5);
    workers.at(0).passesChecks = false;
    load = CALM;
    await pass(300);
    expect(workers.ready.map(({ slot }) => slot)).toEqual([0, 1]);
    workers.at(0).passesChecks = true;
    await pass(5);
    expect(workers.ready.map(({ slot }) => slot)).toEqual([0]);
  });

  it('follows the load no more after an order, until an order for auto', async () => {
    expect(scaling.order({ workers: 3, by: 'ada' })).toBe(3);
    await pass(300);
    expect(workers.ready).toHaveLength(3);
    expect(scaling.snapshot()).toMatchObject({ follows: 'order', wanted: 3 });
    scaling.order({ workers: 'auto', by: 'ada' });
    expect(scaling.snapshot().follows).toBe('load');
    await pass(300);
    expect(workers.ready).toHaveLength(1);
  });
});

describe('Scaling on demand', () => {
  beforeEach(() => start(3));

  it('changes a fixed number, which the load does not', async () => {
    load = BUSY;
    await pass(60);
    expect(workers.ready).toHaveLength(3);
    scaling.order({ workers: 5, by: 'ada' });
    await pass(5);
    expect(workers.ready).toHaveLength(5);
    scaling.order({ workers: 1, by: null });
    await pass(2);
    expect(workers.ready.map(({ slot }) => slot)).toEqual([0]);
    scaling.order({ workers: 'auto', by: 'ada' });
    await pass(5);
    expect(workers.ready).toHaveLength(3);
    expect(scaling.snapshot().history).toMatchObject([
      { from: 1, to: 3, cause: 'configured', by: 'ada', reason: 'ordered by ada' },
      { from: 5, to: 1, cause: 'order', by: null, reason: 'ordered by the program' },
      { from: 3, to: 5, cause: 'order', by: 'ada' },
    ]);
  });

  it.each([0, 7, 2.5, Number.NaN])('refuses %d workers with what is allowed', (count) => {
    expect(() => scaling.order({ workers: count, by: 'ada' })).toThrow(
      /^workers must be a whole number from 1 to 6\. Received/,
    );
    expect(scaling.wanted).toBe(3);
  });

  it('refuses more than memory has room for, and the reason is told', () => {
    room = 'the container is full';
    expect(() => scaling.order({ workers: 4, by: 'ada' })).toThrow('the container is full');
    expect(scaling.order({ workers: 2, by: 'ada' })).toBe(2);
  });

  it('refuses to end a worker that is out, and waits for one that the quorum needs', async () => {
    workers.at(2).out = OUT;
    expect(() => scaling.order({ workers: 2, by: 'ada' })).toThrow(
      `worker ${workers.at(2).id} in slot 2 is out: put it back first`,
    );
    workers.at(2).out = undefined;
    workers.at(0).passesChecks = false;
    scaling.order({ workers: 1, by: 'ada' });
    await pass(5);
    expect(workers.ready).toHaveLength(3);
    expect(scaling.snapshot().heldBy).toBe(
      'only 0 ready workers would be left, of the 1 that the group needs (supervision.quorum)',
    );
    workers.at(0).passesChecks = true;
    await pass(1);
    expect(workers.ready).toHaveLength(1);
  });

  it('carries an order out when a replacement is over, and the latest of several', async () => {
    blocked = { down: 'a worker is being replaced' };
    scaling.order({ workers: 1, by: 'ada' });
    scaling.order({ workers: 2, by: 'ada' });
    await pass(5);
    expect(workers.ready).toHaveLength(3);
    expect(scaling.wanted).toBe(2);
    blocked = {};
    await pass(1);
    expect(workers.ready).toHaveLength(2);
    expect(scaling.snapshot().history).toHaveLength(1);
  });

  it('refuses orders during an upgrade, and at the end', () => {
    scaling.hold('an upgrade is under way');
    expect(() => scaling.order({ workers: 2, by: 'ada' })).toThrow('an upgrade is under way');
    scaling.release();
    expect(scaling.order({ workers: 2, by: 'ada' })).toBe(2);
    scaling.close();
    expect(() => scaling.order({ workers: 3, by: 'ada' })).toThrow('the group ends');
  });
});

describe('initialWorkers', () => {
  it.each<[ResolvedWorkers, ScalingState | undefined, number]>([
    [3, undefined, 3],
    [3, { wanted: 2, isSet: false }, 3],
    [3, { wanted: 2, isSet: true }, 2],
    [3, { wanted: 90, isSet: true }, 6],
    [ELASTIC, undefined, 1],
    [ELASTIC, { wanted: 3, isSet: false }, 3],
    [ELASTIC, { wanted: 9, isSet: true }, 4],
  ])('of %j after %j is %d', (configured, inherited, expected) => {
    expect(initialWorkers(configured, 1, inherited)).toBe(expected);
  });

  it('is passed on with an order that lasts', async () => {
    await start(3, { inherited: { wanted: 2, isSet: true } });
    expect(workers.ready).toHaveLength(2);
    expect(scaling.state).toEqual({ wanted: 2, isSet: true });
  });
});
