import { setImmediate as nextTurn } from 'node:timers/promises';

import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { ReloadError } from '../../../../lib/cluster/cluster.errors.ts';
import { reloadOptions } from '../../../../lib/cluster/reload.options.ts';
import {
  Reloader,
  type ReloaderOptions,
  type ReloadOutcome,
} from '../../../../lib/cluster/replacing/reload.ts';
import { Rotation } from '../../../../lib/cluster/replacing/rotation.ts';
import type { ManagedWorker } from '../../../../lib/cluster/supervision/managed-worker.ts';
import { thisMachine } from '../../../../lib/common/options/machine.ts';
import { FakeWorkers } from '../fake-workers.ts';

type Settled = { kind: 'done'; outcome: ReloadOutcome } | { kind: 'stopped'; error: ReloadError };

interface Setup {
  workers?: number;
  maxSurge?: number;
  canaryMs?: number;
  maxStarting?: number;
}

const STEPS = ['ready', 'ready', 'end', 'pass', 'pass', 'fail', 'again'] as const;

type Step = (typeof STEPS)[number];

/** Most that were seen at once since the start. */
interface Peaks {
  /** Alive and not draining. */
  atWork: number;
  booting: number;
  /** Fewest current workers that were READY. */
  leastReady: number;
}

class World {
  readonly workers: FakeWorkers;
  readonly rotation: Rotation;
  readonly reloader: Reloader;
  readonly onReplacement = vi.fn<ReloaderOptions['onReplacement']>();
  readonly onCanary = vi.fn<ReloaderOptions['onCanary']>();
  readonly peaks: Peaks = { atWork: 0, booting: 0, leastReady: Infinity };

  private constructor({ workers = 4, maxStarting = 4, ...given }: Setup) {
    this.workers = new FakeWorkers(workers);
    const { supervisor, clock } = this.workers;
    this.rotation = new Rotation(supervisor, clock, {
      askForRoom: () => true,
      quorum: 1,
      maxStarting,
    });
    this.reloader = new Reloader({
      reload: reloadOptions.check('reload', given, thisMachine()),
      rotation: this.rotation,
      workers: () => supervisor.workers,
      everyone: () => supervisor.everyone,
      onBegin: () => undefined,
      onReplacement: this.onReplacement,
      onCanary: this.onCanary,
    });
    this.workers.onTick(() => this.rotation.tick());
  }

  static async start(setup: Setup = {}): Promise<World> {
    const world = new World(setup);
    await world.workers.boot();
    world.workers.onTick(() => world.#look());
    return world;
  }

  get successors(): ManagedWorker[] {
    return this.workers.supervisor.slots.flatMap(({ successor }) => successor ?? []);
  }

  /** Workers that were started since all were READY. */
  get started(): number {
    return this.workers.all.length - this.workers.supervisor.slots.length;
  }

  reload(): { settled: () => Settled | undefined } {
    let settled: Settled | undefined;
    void this.reloader.reload().then(
      (outcome) => (settled = { kind: 'done', outcome }),
      (error: unknown) => {
        if (!(error instanceof ReloadError)) throw error;
        settled = { kind: 'stopped', error };
      },
    );
    return { settled: () => settled };
  }

  /** New workers boot in half a second, old ones end as fast. */
  async passLively(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      // oxlint-disable-next-line no-await-in-loop -- one step after another
      await this.workers.pass(500);
      this.workers.readyAll();
      this.workers.endLeaving();
    }
  }

  /** Whether a step ends the first new worker of all before it has proved itself. */
  failsCanary(step: Step): boolean {
    return step === 'fail' && this.successors.length > 0 && !this.onReplacement.mock.calls.length;
  }

  async take(step: Step): Promise<void> {
    if (step === 'ready') this.workers.readyAll();
    if (step === 'end') this.workers.endLeaving();
    if (step === 'fail') this.fail(this.successors[0]);
    await this.workers.pass(300);
  }

  fail(successor: ManagedWorker | undefined): void {
    if (successor !== undefined) this.workers.supervisor.exited(successor, 1, null);
  }

  #look(): void {
    const { everyone, workers } = this.workers.supervisor;
    const kinds = everyone.map(({ state }) => state.kind);
    const atWork = kinds.filter((kind) => kind !== 'DRAINING' && kind !== 'STOPPING').length;
    const booting = kinds.filter((kind) => kind === 'SPAWNED' || kind === 'BOOTING').length;
    const ready = workers.filter(({ takesConnections }) => takesConnections).length;
    this.peaks.atWork = Math.max(this.peaks.atWork, atWork);
    this.peaks.booting = Math.max(this.peaks.booting, booting);
    this.peaks.leastReady = Math.min(this.peaks.leastReady, ready);
  }
}

describe('A reload', () => {
  it('proves its canary alone, then replaces the others side by side', async () => {
    const world = await World.start({ maxSurge: 2 });
    const reload = world.reload();
    expect(world.successors.map(({ slot }) => slot)).toEqual([0]);
    world.workers.readyAll();
    await world.workers.pass(4_900);
    expect([world.started, world.workers.drained]).toEqual([1, []]);
    expect(world.reloader.progress).toMatchObject({ phase: 'CANARY', replaced: 0, of: 4 });
    await world.workers.pass(200);
    expect(world.successors.map(({ slot }) => slot)).toEqual([1, 2]);
    expect(world.onCanary).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ slot: 0, outcome: 'replaced' }),
      3,
    );
    expect(world.reloader.progress).toMatchObject({ phase: 'ROLLING', replaced: 1, of: 4 });
    await world.passLively(3_000);
    expect(reload.settled()).toMatchObject({ kind: 'done', outcome: { replaced: 4 } });
    expect(world.onReplacement).toHaveBeenCalledTimes(4);
    expect(world.reloader.progress).toBeUndefined();
    expect(world.peaks).toEqual({ atWork: 6, booting: 2, leastReady: 4 });
  });

  it('needs no canary where the build is trusted', async () => {
    const world = await World.start({ maxSurge: 3, canaryMs: 0 });
    world.reload();
    expect(world.successors).toHaveLength(3);
    expect(world.reloader.progress?.phase).toBe('ROLLING');
    world.workers.readyAll();
    await world.workers.pass(100);
    expect(world.workers.drained).toHaveLength(3);
    expect(world.onCanary).not.toHaveBeenCalled();
  });

  it('stops at a canary that fails, and every old worker goes on', async () => {
    const world = await World.start({ maxSurge: 4 });
    const before = world.workers.supervisor.workers;
    const reload = world.reload();
    world.workers.readyAll();
    await world.workers.pass(2_000);
    world.fail(world.successors[0]);
    await world.passLively(2_000);
    expect(reload.settled()).toMatchObject({ kind: 'stopped', error: { replaced: 0 } });
    expect(world.workers.supervisor.workers).toEqual(before);
    expect(world.started).toBe(1);
  });

  it('stops at a later worker that fails, after those under way', async () => {
    const world = await World.start({ workers: 6, maxSurge: 2, canaryMs: 1_000 });
    const reload = world.reload();
    world.workers.readyAll();
    await world.workers.pass(1_200);
    const [second, third] = world.successors;
    world.fail(second);
    await world.workers.pass(200);
    expect(reload.settled()).toBeUndefined();
    await world.passLively(3_000);
    expect(reload.settled()).toMatchObject({ kind: 'stopped', error: { replaced: 2 } });
    expect(world.workers.at(2)).toBe(third);
    expect(world.started).toBe(3);
    expect(world.reloader.stopped).toMatchObject({ replaced: 2, of: 6 });
  });

  it('forgets that it stopped once the old workers have gone by themselves', async () => {
    const world = await World.start({ workers: 2, maxSurge: 1 });
    const reload = world.reload();
    world.workers.readyAll();
    await world.workers.pass(2_000);
    world.fail(world.successors[0]);
    await world.passLively(2_000);
    expect(reload.settled()).toMatchObject({ kind: 'stopped' });
    expect(world.reloader.stopped).toMatchObject({ replaced: 0, of: 2 });
    for (const slot of [0, 1]) {
      const { supervisor } = world.workers;
      supervisor.retire(world.workers.at(slot), 'asked', { cause: 'asked' });
    }
    await world.passLively(4_000);
    expect(world.workers.supervisor.workers).toHaveLength(2);
    expect(world.reloader.stopped).toBeUndefined();
  });

  it('takes the next worker as canary when the first one loses its slot before its turn', async () => {
    const world = await World.start({ workers: 2, maxStarting: 1 });
    world.workers.supervisor.retire(world.workers.at(1), 'asked', { cause: 'asked' });
    const reload = world.reload();
    expect(world.successors).toEqual([]);
    world.workers.supervisor.exited(world.workers.at(0), null, 'SIGSEGV');
    await world.passLively(20_000);
    expect(world.onCanary).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ slot: 1 }), 0);
    expect(reload.settled()).toMatchObject({ kind: 'done', outcome: { replaced: 1 } });
  });

  it('is over when each slot has its new worker, and the next one waits for the end of the old', async () => {
    const world = await World.start({ workers: 2, maxSurge: 2, canaryMs: 0 });
    const first = world.reload();
    const second = world.reload();
    world.workers.readyAll();
    await world.workers.pass(500);
    await nextTurn();
    expect(first.settled()).toMatchObject({ kind: 'done', outcome: { replaced: 2 } });
    expect([world.workers.drained.length, world.started]).toEqual([2, 2]);
    world.workers.endLeaving();
    await world.workers.pass(500);
    await nextTurn();
    expect([second.settled(), world.started]).toEqual([undefined, 4]);
  });

  it('replaces what a recycling had started before it', async () => {
    const world = await World.start({ maxSurge: 4, canaryMs: 1_000 });
    const { workers } = world;
    world.rotation.replace(workers.at(2), {
      reason: 'it was asked for',
      bootTimeoutMs: 60_000,
      healthyForMs: 0,
    });
    const [stale] = world.successors;
    const reload = world.reload();
    await world.passLively(20_000);
    expect(reload.settled()).toMatchObject({ kind: 'done', outcome: { replaced: 4 } });
    expect(stale?.state.kind).toBe('EXITED');
    expect(world.started).toBe(5);
  });

  it('that is asked for during another one follows it, once for all who asked', async () => {
    const world = await World.start({ canaryMs: 0 });
    const first = world.reload();
    const second = world.reload();
    const third = world.reload();
    expect(world.reloader.progress?.isFollowed).toBe(true);
    await world.passLively(20_000);
    expect(first.settled()).toMatchObject({ kind: 'done', outcome: { replaced: 4 } });
    expect(second.settled()).toMatchObject({ kind: 'done', outcome: { replaced: 4 } });
    expect(third.settled()).toEqual(second.settled());
    expect(world.started).toBe(8);
  });

  it('ends with the group', async () => {
    const world = await World.start();
    const reload = world.reload();
    world.workers.readyAll();
    await world.workers.pass(500);
    world.reloader.close();
    world.workers.supervisor.stop();
    await world.workers.pass(500);
    await nextTurn();
    expect(reload.settled()).toMatchObject({
      kind: 'stopped',
      error: { message: expect.stringContaining('the group ends') },
    });
    expect(world.workers.killed).toEqual([]);
  });

  it('goes on over old workers that die, are out or are blocked', async () => {
    const world = await World.start({ canaryMs: 1_000, maxSurge: 1 });
    const old = world.workers.supervisor.workers;
    const [first, second, third] = old;
    if (!first || !second || !third) throw new Error('four workers are needed');
    second.out = { by: 'ada', reason: null, since: '', endsAt: Infinity };
    const reload = world.reload();
    world.workers.supervisor.exited(first, null, 'SIGSEGV');
    world.workers.supervisor.exited(third, null, 'SIGSEGV');
    await world.passLively(20_000);
    // The one that died before its turn was replaced by its supervisor.
    expect(reload.settled()).toMatchObject({ kind: 'done', outcome: { replaced: 3 } });
    const now = world.workers.supervisor.workers;
    expect(now.filter((worker) => old.includes(worker))).toEqual([]);
    expect(world.workers.supervisor.isFull).toBe(true);
  });

  it('never has fewer READY workers than before nor more than the surge, and always ends', async () => {
    const setup = fc.record({
      workers: fc.integer({ min: 1, max: 6 }),
      maxSurge: fc.integer({ min: 1, max: 4 }),
      canaryMs: fc.constantFrom(0, 1_000),
      maxStarting: fc.integer({ min: 1, max: 3 }),
    });
    const steps = fc.array(fc.constantFrom(...STEPS), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(setup, steps, async (given, taken) => {
        const world = await World.start(given);
        const reloads = [world.reload()];
        let isCanaryOut = false;
        for (const step of taken) {
          if (step === 'again') reloads.push(world.reload());
          isCanaryOut ||= given.canaryMs > 0 && world.failsCanary(step);
          // oxlint-disable-next-line no-await-in-loop -- one step after another
          await world.take(step);
        }
        await world.passLively(60_000);
        const ends = reloads.map(({ settled }) => settled()?.kind);
        expect(ends).not.toContain(undefined);
        if (isCanaryOut) expect(ends[0]).toBe('stopped');
        if (isCanaryOut && reloads.length === 1) expect(world.started).toBe(1);
        const { atWork, booting, leastReady } = world.peaks;
        expect(leastReady).toBeGreaterThanOrEqual(given.workers);
        expect(atWork).toBeLessThanOrEqual(given.workers + given.maxSurge);
        expect(booting).toBeLessThanOrEqual(given.maxStarting);
      }),
      { numRuns: 60 },
    );
  });
});
