import { describe, expect, it } from 'vitest';

import { InvitationBoard, MAX_SOCKETS } from '../../../../../lib/cluster/protocol/invite/board.ts';
import {
  countLooking,
  isLooking,
  mayTake,
  pickSleeper,
} from '../../../../../lib/cluster/protocol/invite/standing.ts';

/** The part of the board that two workers use. */
const WORDS = (1 + MAX_SOCKETS + 2) * 32;

const SOCKET = 0;
const ARRIVALS = 3;
const NOW = 100;
const LONG_AGO = 0;

/** Steps of a worker between which anything may happen; each is atomic. */
type WorkerStep = 'asleep' | 'looking' | 'may take' | 'marked';

interface Worker {
  step: WorkerStep;
  isRung: boolean;
  isInvited: boolean;
  isBlocked: boolean;
  taken: number;
}

/**
 * Two workers, the thread that watches, the kernel's queue and its epoll. The thread sleeps until an
 * entry that is armed is readable; `isTicking`: or for a moment.
 */
class World {
  readonly board = new InvitationBoard(new Int32Array(WORDS));
  readonly workers: Worker[] = [0, 1].map((index) => {
    const line = this.board.use(index);
    line.isOpen = true;
    line.maxConnections = 10;
    line.setServes(SOCKET, true);
    line.sleep();
    return { step: 'asleep', isRung: false, isInvited: false, isBlocked: false, taken: 0 };
  });
  /** Entries of the epoll: of the thread, and of each worker. */
  readonly armed = [true, true, true];
  arrived = 0;
  waiting = 0;
  thread: 'asleep' | 'awake' | 'about to sleep' | 'ticking' = 'asleep';
  hasBlocked = false;

  get key(): string {
    const lines = this.board.workers.map(({ isAsleep, turnedAt }) => [isAsleep, turnedAt]);
    const { workers, armed, arrived, waiting, thread, hasBlocked } = this;
    return JSON.stringify([lines, workers, armed, arrived, waiting, thread, hasBlocked]);
  }

  /** Reports a readable socket, as the kernel does: entries that are armed, once each. */
  report(): void {
    if (this.waiting === 0 || !this.armed.some(Boolean)) return;
    this.armed.fill(false);
    if (this.thread === 'asleep' || this.thread === 'ticking') this.thread = 'awake';
  }
}

interface Move {
  name: string;
  isPossible: (world: World) => boolean;
  do: (world: World) => void;
}

/** Moves of one worker, in the order of worker/invite/take-connections. */
const workerMoves = [0, 1].flatMap((index): Move[] => {
  const line = (world: World) => world.board.worker(index);
  const one = (world: World): Worker => world.workers[index] as Worker;
  const move = (
    name: string,
    isPossible: (worker: Worker, world: World) => boolean,
    act: (worker: Worker, world: World) => void,
  ): Move => ({
    name: `worker ${index} ${name}`,
    isPossible: (world) => !one(world).isBlocked && isPossible(one(world), world),
    do: (world) => act(one(world), world),
  });
  return [
    move(
      'hears the bell',
      // A worker marks itself and arms in one turn of its loop.
      ({ isRung, step }) => isRung && step !== 'marked',
      (worker, world) => {
        worker.isRung = false;
        worker.isInvited = true;
        if (worker.step !== 'asleep') return;
        line(world).takeSleep();
        worker.step = 'looking';
      },
    ),
    move(
      'looks',
      ({ step }) => step === 'looking',
      (worker, world) => {
        line(world).turned(NOW);
        const { waiting } = world;
        const facts = { socket: SOCKET, waiting, now: NOW };
        const may =
          waiting > 0 && (worker.isInvited || mayTake(line(world), world.board.workers, facts));
        worker.isInvited = false;
        if (may) worker.step = 'may take';
        else {
          line(world).sleep();
          worker.step = 'marked';
        }
      },
    ),
    move(
      'accepts',
      ({ step }) => step === 'may take',
      (worker, world) => {
        if (world.waiting > 0) {
          world.waiting--;
          worker.taken++;
          line(world).load.set([worker.taken, worker.taken]);
        }
        worker.step = 'looking';
      },
    ),
    move(
      'arms',
      ({ step }) => step === 'marked',
      (worker, world) => {
        worker.step = 'asleep';
        world.armed[index + 1] = true;
        world.report();
      },
    ),
    {
      name: `worker ${index} blocks for good`,
      isPossible: (world) => !world.hasBlocked && !one(world).isBlocked,
      do: (world) => {
        world.hasBlocked = true;
        one(world).isBlocked = true;
        line(world).turned(LONG_AGO);
      },
    },
  ];
});

/** Moves of the thread, in the order of accepting/invite/watch-loop. */
const threadMoves: Move[] = [
  {
    name: 'the thread looks and rings',
    isPossible: ({ thread }) => thread === 'awake' || thread === 'ticking',
    do: (world) => {
      const { workers } = world.board;
      for (let left = world.waiting - countLooking(workers, SOCKET, NOW); left > 0; left--) {
        const sleeper = pickSleeper(workers, SOCKET);
        if (sleeper === undefined || !sleeper.takeSleep()) break;
        const worker = world.workers[workers.indexOf(sleeper)] as Worker;
        worker.isRung = true;
        sleeper.turned(worker.isBlocked ? LONG_AGO : NOW);
      }
      world.thread = world.waiting > 0 ? 'ticking' : 'about to sleep';
    },
  },
  {
    name: 'the thread rests',
    isPossible: ({ thread }) => thread === 'about to sleep',
    do: (world) => {
      const isAnyLooking = world.board.workers.some((worker) => isLooking(worker, NOW));
      world.thread = isAnyLooking ? 'ticking' : 'asleep';
      if (isAnyLooking) return;
      world.armed[0] = true;
      world.report();
    },
  },
];

const MOVES: readonly Move[] = [
  {
    name: 'a client comes',
    isPossible: ({ arrived }) => arrived < ARRIVALS,
    do: (world) => {
      world.arrived++;
      world.waiting++;
      world.report();
    },
  },
  ...workerMoves,
  ...threadMoves,
];

function replay(path: readonly number[]): World {
  const world = new World();
  for (const index of path) MOVES[index]?.do(world);
  return world;
}

/** Every world that any order of moves leads to, with the worlds that follow it. */
function explore(): Map<string, { world: World; path: string; next: string[] }> {
  const seen = new Map<string, { world: World; path: string; next: string[] }>();
  const paths: number[][] = [[]];
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    const world = replay(path);
    if (seen.has(world.key)) continue;
    const next: string[] = [];
    seen.set(world.key, { world, path: path.map((at) => MOVES[at]?.name).join(', '), next });
    for (const [index, move] of MOVES.entries()) {
      if (!move.isPossible(world)) continue;
      const longer = [...path, index];
      paths.push(longer);
      next.push(replay(longer).key);
    }
  }
  return seen;
}

describe('The invitation of workers', () => {
  it(
    'leaves no connection waiting beside a worker that could take it, in every order of steps',
    { timeout: 120_000 },
    () => {
      const worlds = explore();
      expect(worlds.size).toBeGreaterThan(1_000);
      for (const { world, path } of worlds.values()) {
        const { waiting, thread, workers, arrived } = world;
        const taken = workers.reduce((sum, worker) => sum + worker.taken, 0);
        expect(waiting + taken, path).toBe(arrived);
        if (waiting === 0 || thread !== 'asleep') continue;
        // Nobody will look but those who are on their way.
        const isAnyComing = workers.some(
          ({ step, isRung, isBlocked }) => !isBlocked && (step !== 'asleep' || isRung),
        );
        expect(isAnyComing, path).toBe(true);
      }
    },
  );

  it('has all taken in the end, whichever worker blocks', { timeout: 120_000 }, () => {
    const worlds = explore();
    // Backwards from those in which all is taken: every world must lead to one.
    const done = new Set<string>();
    for (const [key, { world }] of worlds) if (world.waiting === 0) done.add(key);
    for (let before = -1; before !== done.size;) {
      before = done.size;
      for (const [key, { next }] of worlds) {
        if (next.some((one) => done.has(one))) done.add(key);
      }
    }
    for (const [key, { path }] of worlds) expect(done.has(key), path).toBe(true);
  });
});
