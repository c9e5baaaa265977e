import { beforeEach, describe, expect, it } from 'vitest';

import { AcceptQueue } from '../../../../lib/cluster/accepting/accept-queue.ts';
import type { Listener } from '../../../../lib/cluster/accepting/listener.ts';
import { StandingQueue } from '../../../../lib/cluster/accepting/standing-queue.ts';
import { LoadMeter } from '../../../../lib/cluster/scaling/load-meter.ts';
import { FakeWorkers } from '../fake-workers.ts';

let workers: FakeWorkers;
let queue: AcceptQueue<object>;
let oldestAgeMs: number;
let meter: LoadMeter;

beforeEach(async () => {
  workers = new FakeWorkers(3);
  await workers.boot();
  queue = new AcceptQueue({
    maxQueue: 2,
    maxWaitMs: 500,
    standing: new StandingQueue({ targetMs: 1_000, intervalMs: 1_000 }),
    shed: () => undefined,
  });
  oldestAgeMs = 0;
  const shown = { waits: () => queue.waits() };
  const own = { ...shown, role: 'app' };
  Object.defineProperties(own, {
    oldestAgeMs: { get: () => oldestAgeMs },
    shed: { get: () => queue.counts().shed },
  });
  const pages = { ...shown, role: 'meta', shed: { full: 9, age: 0, codel: 0 }, oldestAgeMs: 400 };
  const listeners = [own, pages] as unknown as Listener[];
  meter = new LoadMeter({ supervisor: workers.supervisor, listeners: () => listeners });
});

/** A connection that waits for so long. */
function pass(waitMs: number): void {
  queue.accept({}, 0);
  const taken = queue.take(waitMs);
  if (taken !== undefined) queue.settle(taken);
}

describe('LoadMeter', () => {
  it('reads the utilization of workers that serve: a blocked loop is busy, one that is out is not there', () => {
    workers.use(workers.at(0), { elu: 0.25 });
    workers.at(1).apply({ kind: 'silent' }, workers.now);
    workers.use(workers.at(2), { elu: 0.75 });
    expect(meter.read()).toMatchObject({ utilizations: [0.25, 1, 0.75], out: 0 });
    workers.at(2).out = { by: 'ada', reason: null, since: '', endsAt: Infinity };
    expect(meter.read()).toMatchObject({ utilizations: [0.25, 1], out: 1 });
  });

  it('counts what has happened since the last read, at the listeners of the application', () => {
    pass(300);
    meter.read();
    pass(10);
    pass(30);
    expect(meter.read()).toMatchObject({ waitMs: 20, shed: 0 });
    expect(meter.read()).toMatchObject({ waitMs: 0, shed: 0 });
    for (let count = 0; count < 5; count++) queue.accept({}, 0);
    expect(meter.read()).toMatchObject({ shed: 3 });
  });

  it('sees connections that no worker takes', () => {
    oldestAgeMs = 250;
    expect(meter.read()).toMatchObject({ waitMs: 250 });
  });
});
