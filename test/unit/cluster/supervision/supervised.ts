import { ManagedWorker } from '../../../../lib/cluster/supervision/managed-worker.ts';
import { Supervisor } from '../../../../lib/cluster/supervision/supervisor.ts';
import type { Clock } from '../../../../lib/common/clock.ts';

export const supervision = {
  bootTimeoutMs: 60_000,
  stalledAfterMs: 500,
  hungAfterMs: 10_000,
  quorum: 1,
  maxStartFailures: 3,
  maxStartsAtOnce: 1,
};

interface Scene {
  now: number;
  ids: number;
  spawned: { slot: number; at: number }[];
  killed: number[];
  givenUp: string[];
  repeats: boolean[];
}

function newScene(): Scene {
  return { now: 0, ids: 0, spawned: [], killed: [], givenUp: [], repeats: [] };
}

/** The time, and what a supervisor has done by then. */
export const scene = newScene();

/** Call it before each test. */
export function reset(): void {
  Object.assign(scene, newScene());
}

function spawn(slot: number): ManagedWorker {
  scene.spawned.push({ slot, at: scene.now });
  const id = ++scene.ids;
  const worker = new ManagedWorker({ id, slot, role: 'app', maxConnections: 10, now: scene.now });
  worker.process = {
    pid: 1000 + id,
    send: () => undefined,
    handOff: () => undefined,
    kill: () => scene.killed.push(id),
  };
  return worker;
}

export function supervise(
  slots: number,
  clock: Clock = { now: () => scene.now },
  rest: { lastingWaitMs?: number; needed?: number; startsAtOnce?: number } = {},
): Supervisor {
  return new Supervisor({
    ...rest,
    slots,
    supervision,
    clock,
    random: () => 1,
    spawn,
    drain: (worker) => worker.apply({ kind: 'drain' }, scene.now),
    drainLimits: {
      idleGraceMs: 0,
      streamGraceMs: 0,
      requestTimeoutMs: 20_000,
      killAfterMs: 28_000,
    },
    onReady: () => undefined,
    onExit: (_, __, { isRepeat }) => scene.repeats.push(isRepeat),
    onGiveUp: (reason) => scene.givenUp.push(reason),
  });
}

/** Lets time pass as the primary does: in ticks. */
export function pass(supervisor: Supervisor, ms: number): void {
  const end = scene.now + ms;
  while (scene.now < end) {
    scene.now = Math.min(end, scene.now + 100);
    supervisor.tick();
  }
}

/** Beats as a worker whose loop turns. */
export function passHeard(supervisor: Supervisor, ms: number): void {
  for (let left = ms; left > 0; left -= 100) {
    for (const worker of supervisor.workers) worker.heard(scene.now);
    pass(supervisor, 100);
  }
}

export function only(supervisor: Supervisor): ManagedWorker {
  const [worker] = supervisor.workers;
  if (worker === undefined) throw new Error('no worker');
  return worker;
}
