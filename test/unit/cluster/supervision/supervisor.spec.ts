import { beforeEach, describe, expect, it } from 'vitest';

import { RunningClock } from '../../../../lib/common/running-clock.ts';
import { only, pass, passHeard, reset, scene, supervise, supervision } from './supervised.ts';

beforeEach(reset);

describe('Supervisor', () => {
  it('starts one worker at a time', () => {
    const supervisor = supervise(3);
    supervisor.tick();
    expect(scene.spawned.map(({ slot }) => slot)).toEqual([0]);
    supervisor.ready(only(supervisor));
    expect(scene.spawned.map(({ slot }) => slot)).toEqual([0, 1]);
  });

  it('starts workers side by side until all were READY, from then on one at a time beside those that serve', () => {
    const supervisor = supervise(4, undefined, { startsAtOnce: 2 });
    supervisor.tick();
    expect(scene.spawned.map(({ slot }) => slot)).toEqual([0, 1]);
    supervisor.ready(only(supervisor));
    expect(scene.spawned.map(({ slot }) => slot)).toEqual([0, 1, 2]);
    while (!supervisor.isFull) for (const worker of supervisor.workers) supervisor.ready(worker);
    const [last, ...others] = supervisor.workers.toReversed();
    for (const worker of others) supervisor.exited(worker, 1, null);
    expect(scene.spawned.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 2]);
    if (last !== undefined) supervisor.exited(last, 1, null);
    expect(scene.spawned.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 2, 0]);
  });

  it('F20 counts workers that failed side by side as one try, and goes on one by one', () => {
    const supervisor = supervise(3, undefined, { startsAtOnce: 3 });
    supervisor.tick();
    for (const worker of supervisor.workers) supervisor.exited(worker, 1, null);
    expect(scene.repeats).toEqual([false, true, true]);
    for (let tries = 2; tries <= 3; tries++) {
      expect(scene.givenUp).toEqual([]);
      while (supervisor.workers.length === 0) pass(supervisor, 100);
      supervisor.exited(only(supervisor), 1, null);
    }
    expect(scene.givenUp).toEqual(['no worker became ready in 3 tries; the last one: exit code 1']);
    expect(scene.repeats).toEqual([false, true, true, false, false]);
  });

  it('R28 leaves a worker alone whose inspector is open, and watches it again when it is closed', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    const worker = only(supervisor);
    worker.isDebugged = true;
    pass(supervisor, 2 * supervision.bootTimeoutMs);
    expect(scene.killed).toEqual([]);
    supervisor.ready(worker);
    pass(supervisor, 2 * supervision.hungAfterMs);
    expect(worker.state.kind).toBe('READY');
    worker.isDebugged = false;
    worker.heard(scene.now);
    pass(supervisor, supervision.hungAfterMs + 1_000);
    expect(scene.killed).toEqual([worker.id]);
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
    const waits = scene.spawned.slice(1).map(({ at }, i) => at - (scene.spawned[i]?.at ?? 0));
    expect(waits).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('F20 gives up when no worker was ever ready in three tries, naming the last reason', () => {
    const supervisor = supervise(2);
    for (let i = 0; i < 3; i++) {
      while (supervisor.workers.length === 0) pass(supervisor, 100);
      only(supervisor).reason = 'it failed to boot: no such table';
      supervisor.exited(only(supervisor), 1, null);
    }
    expect(scene.givenUp).toEqual([
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
    const waits = scene.spawned.slice(1).map(({ at }, i) => at - (scene.spawned[i]?.at ?? 0));
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
    const before = scene.spawned.length;
    const start = scene.now;
    while (scene.now - start < 300_000) {
      pass(supervisor, 100);
      if (supervisor.workers.length > 0) supervisor.exited(only(supervisor), 1, null);
    }
    expect(scene.spawned.length - before).toBeLessThanOrEqual(10);
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
    const diedAt = scene.now;
    supervisor.exited(only(supervisor), 1, null);
    expect(scene.spawned.at(-1)).toEqual({ slot: 0, at: diedAt });
  });

  it('kills a worker that is not ready in time', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    pass(supervisor, 60_000);
    expect(scene.killed).toEqual([]);
    pass(supervisor, 200);
    expect(scene.killed).toEqual([1]);
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
    worker.heard(scene.now);
    expect(worker.state.kind).toBe('READY');
  });

  it('counts no silence from before a worker was READY', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    scene.now += 390;
    supervisor.ready(only(supervisor));
    scene.now += 500;
    supervisor.tick();
    expect(only(supervisor).state.kind).toBe('READY');
    scene.now += 1;
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
    first.heard(scene.now);
    second.heard(scene.now);
    supervisor.tick();
    await Promise.resolve();
    expect(isFull).toBe(true);
  });

  it('kills a worker once whose loop is blocked for too long', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    supervisor.ready(only(supervisor));
    pass(supervisor, 10_000);
    expect(scene.killed).toEqual([]);
    pass(supervisor, 2_000);
    expect(scene.killed).toEqual([1]);
  });

  it('F25 does not take its own stop for the silence of workers', () => {
    const supervisor = supervise(1, new RunningClock({ now: () => scene.now }));
    supervisor.tick();
    const worker = only(supervisor);
    supervisor.ready(worker);
    scene.now += 30_000;
    supervisor.tick();
    expect(worker.state.kind).toBe('READY');
    expect(scene.killed).toEqual([]);
  });

  it('replaces a worker that was asked to end, at once and without counting a failure', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    const worker = only(supervisor);
    supervisor.ready(worker);
    worker.apply({ kind: 'drain' }, scene.now);
    supervisor.exited(worker, 0, null);
    expect(scene.spawned).toHaveLength(2);
    expect(supervisor.slots[0]?.failures).toBe(0);
  });

  it('counts no failed start of workers that were asked to end while they started', () => {
    const supervisor = supervise(1);
    supervisor.tick();
    for (let count = 1; count <= 5; count++) {
      const worker = only(supervisor);
      supervisor.retire(worker, 'it got SIGTERM', { cause: 'asked' });
      supervisor.exited(worker, 0, null);
      expect(scene.spawned).toHaveLength(count + 1);
    }
    expect(scene.givenUp).toEqual([]);
    expect(supervisor.slots[0]?.failures).toBe(0);
  });

  it('replaces nothing once it is stopped', () => {
    const supervisor = supervise(2);
    supervisor.tick();
    supervisor.stop();
    supervisor.exited(only(supervisor), 0, null);
    pass(supervisor, 60_000);
    expect(scene.spawned).toHaveLength(1);
    expect(supervisor.slots.map(({ state }) => state.kind)).toEqual(['CLOSED', 'CLOSED']);
  });
});
