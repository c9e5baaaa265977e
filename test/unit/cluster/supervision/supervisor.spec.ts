import { beforeEach, describe, expect, it } from 'vitest';

import { ManagedWorker } from '../../../../lib/cluster/supervision/managed-worker.ts';
import { Supervisor } from '../../../../lib/cluster/supervision/supervisor.ts';
import type { Clock } from '../../../../lib/common/clock.ts';
import { RunningClock } from '../../../../lib/common/running-clock.ts';

const supervision = {
  bootTimeoutMs: 60_000,
  stalledAfterMs: 500,
  hungAfterMs: 10_000,
  quorum: 1,
  maxStartFailures: 3,
};

let now = 0;
let spawned: { slot: number; at: number }[] = [];
let killed: number[] = [];
let givenUp: string[] = [];
let ids = 0;

function spawn(slot: number): ManagedWorker {
  spawned.push({ slot, at: now });
  const id = ++ids;
  const worker = new ManagedWorker({ id, slot, role: 'app', maxConnections: 10, now });
  worker.process = {
    pid: 1000 + id,
    send: () => undefined,
    handOff: () => undefined,
    kill: () => killed.push(id),
  };
  return worker;
}

function supervise(
  slots: number,
  clock: Clock = { now: () => now },
  rest: { lastingWaitMs?: number } = {},
): Supervisor {
  return new Supervisor({
    ...rest,
    slots,
    supervision,
    clock,
    random: () => 1,
    spawn,
    drain: (worker) => worker.apply({ kind: 'drain' }, now),
    drainLimits: {
      idleGraceMs: 0,
      streamGraceMs: 0,
      requestTimeoutMs: 20_000,
      killAfterMs: 28_000,
    },
    onReady: () => undefined,
    onExit: () => undefined,
    onGiveUp: (reason) => givenUp.push(reason),
  });
}

/** Lets time pass as the primary does: in ticks. */
function pass(supervisor: Supervisor, ms: number): void {
  const end = now + ms;
  while (now < end) {
    now = Math.min(end, now + 100);
    supervisor.tick();
  }
}

/** Beats as a worker whose loop turns. */
function passHeard(supervisor: Supervisor, ms: number): void {
  for (let left = ms; left > 0; left -= 100) {
    for (const worker of supervisor.workers) worker.heard(now);
    pass(supervisor, 100);
  }
}

function only(supervisor: Supervisor): ManagedWorker {
  const [worker] = supervisor.workers;
  if (worker === undefined) throw new Error('no worker');
  return worker;
}

beforeEach(() => {
  now = 0;
  ids = 0;
  spawned = [];
  killed = [];
  givenUp = [];
});

describe('Supervisor', () => {
  it('starts one worker at a time', () => {
    const supervisor = supervise(3);
    supervisor.tick();
    expect(spawned.map(({ slot }) => slot)).toEqual([0]);
    supervisor.ready(only(supervisor));
    expect(spawned.map(({ slot }) => slot)).toEqual([0, 1]);
  });

  it('R28 leaves a worker alone whose inspector is open, and watches it again when it is closed', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    const worker = only(supervisor);
    worker.isDebugged = true;
    pass(supervisor, 2 * supervision.bootTimeoutMs);
    expect(killed).toEqual([]);
    supervisor.ready(worker);
    pass(supervisor, 2 * supervision.hungAfterMs);
    expect(worker.state.kind).toBe('READY');
    worker.isDebugged = false;
    worker.heard(now);
    pass(supervisor, supervision.hungAfterMs + 1_000);
    expect(killed).toEqual([worker.id]);
  });

  it('F20 waits along the whole curve between failed starts', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    supervisor.ready(only(supervisor));
    supervisor.exited(only(supervisor), 1, null);
    for (let i = 0; i < 8; i++) {
      while (supervisor.workers.length === 0) pass(supervisor, 100);
      supervisor.exited(only(supervisor), 1, null);
    }
    const waits = spawned.slice(1).map(({ at }, i) => at - (spawned[i]?.at ?? 0));
    expect(waits).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('F20 gives up when no worker was ever ready in three tries, naming the last reason', () => {
    const supervisor = supervise(2);
    for (let i = 0; i < 3; i++) {
      while (supervisor.workers.length === 0) pass(supervisor, 100);
      only(supervisor).reason = 'it failed to boot: no such table';
      supervisor.exited(only(supervisor), 1, null);
    }
    expect(givenUp).toEqual([
      'no worker became ready in 3 tries; the last one: it failed to boot: no such table (exit code 1)',
    ]);
  });

  it('R43: waits longer after a start that would fail again, and as ever after others', () => {
    const supervisor = supervise(1, undefined, { lastingWaitMs: 60_000 });
    for (const failsForGood of [true, false]) {
      while (supervisor.workers.length === 0) pass(supervisor, 100);
      only(supervisor).failsForGood = failsForGood;
      supervisor.exited(only(supervisor), 1, null);
    }
    while (supervisor.workers.length === 0) pass(supervisor, 100);
    const waits = spawned.slice(1).map(({ at }, i) => at - (spawned[i]?.at ?? 0));
    expect(waits).toEqual([60_000, 1_000]);
  });

  it('F21 starts a worker that always fails at most once per wait at the cap', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    supervisor.ready(only(supervisor));
    for (let i = 0; i < 10; i++) {
      while (supervisor.workers.length === 0) pass(supervisor, 100);
      supervisor.exited(only(supervisor), 1, null);
    }
    const before = spawned.length;
    const start = now;
    while (now - start < 300_000) {
      pass(supervisor, 100);
      if (supervisor.workers.length > 0) supervisor.exited(only(supervisor), 1, null);
    }
    expect(spawned.length - before).toBeLessThanOrEqual(10);
  });

  it('forgets failures after a minute of READY', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    for (let i = 0; i < 4; i++) {
      while (supervisor.workers.length === 0) pass(supervisor, 100);
      supervisor.ready(only(supervisor));
      supervisor.exited(only(supervisor), 1, null);
    }
    while (supervisor.workers.length === 0) pass(supervisor, 100);
    supervisor.ready(only(supervisor));
    passHeard(supervisor, 60_000);
    const diedAt = now;
    supervisor.exited(only(supervisor), 1, null);
    expect(spawned.at(-1)).toEqual({ slot: 0, at: diedAt });
  });

  it('kills a worker that is not ready in time', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    pass(supervisor, 60_000);
    expect(killed).toEqual([]);
    pass(supervisor, 200);
    expect(killed).toEqual([1]);
    supervisor.exited(only(supervisor), null, 'SIGKILL');
    expect(supervisor.slots[0]?.lastExit?.reason).toBe(
      'not ready within 60000 ms (signal SIGKILL)',
    );
  });

  it('calls a silent worker stalled, then hears it again', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    const worker = only(supervisor);
    supervisor.ready(worker);
    pass(supervisor, 500);
    expect(worker.state.kind).toBe('READY');
    pass(supervisor, 100);
    expect(worker.state.kind).toBe('STALLED');
    worker.heard(now);
    expect(worker.state.kind).toBe('READY');
  });

  it('counts no silence from before a worker was READY', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    now += 390;
    supervisor.ready(only(supervisor));
    now += 500;
    supervisor.tick();
    expect(only(supervisor).state.kind).toBe('READY');
    now += 1;
    supervisor.tick();
    expect(only(supervisor).state.kind).toBe('STALLED');
  });

  it('is full as soon as all are READY at once, however that comes about', async () => {
    const supervisor = supervise(2);
    let isFull = false;
    void supervisor.full.then(() => (isFull = true));
    supervisor.tick();
    const first = only(supervisor);
    supervisor.ready(first);
    pass(supervisor, 600);
    expect(first.state.kind).toBe('STALLED');
    const second = supervisor.workers.find((one) => one !== first);
    if (second === undefined) throw new Error('no second worker');
    supervisor.ready(second);
    await Promise.resolve();
    expect(isFull).toBe(false);
    first.heard(now);
    second.heard(now);
    supervisor.tick();
    await Promise.resolve();
    expect(isFull).toBe(true);
  });

  it('kills a worker once whose loop is blocked for too long', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    supervisor.ready(only(supervisor));
    pass(supervisor, 10_000);
    expect(killed).toEqual([]);
    pass(supervisor, 2_000);
    expect(killed).toEqual([1]);
  });

  it('F25 does not take its own stop for the silence of workers', () => {
    const supervisor = supervise(1, new RunningClock({ now: () => now }));
    supervisor.tick();
    const worker = only(supervisor);
    supervisor.ready(worker);
    now += 30_000;
    supervisor.tick();
    expect(worker.state.kind).toBe('READY');
    expect(killed).toEqual([]);
  });

  it('replaces a worker that was asked to end, at once and without counting a failure', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    const worker = only(supervisor);
    supervisor.ready(worker);
    worker.apply({ kind: 'drain' }, now);
    supervisor.exited(worker, 0, null);
    expect(spawned).toHaveLength(2);
    expect(supervisor.slots[0]?.failures).toBe(0);
  });

  it('counts no failed start of workers that were asked to end while they started', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    for (let count = 1; count <= 5; count++) {
      const worker = only(supervisor);
      supervisor.retire(worker, 'it got SIGTERM', { cause: 'asked' });
      supervisor.exited(worker, 0, null);
      expect(spawned).toHaveLength(count + 1);
    }
    expect(givenUp).toEqual([]);
    expect(supervisor.slots[0]?.failures).toBe(0);
  });

  it('replaces nothing once it is stopped', () => {
    const supervisor = supervise(2);
    supervisor.tick();
    supervisor.stop();
    supervisor.exited(only(supervisor), 0, null);
    pass(supervisor, 60_000);
    expect(spawned).toHaveLength(1);
    expect(supervisor.slots.map(({ state }) => state.kind)).toEqual(['CLOSED', 'CLOSED']);
  });
});
