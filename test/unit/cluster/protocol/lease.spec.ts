import { describe, expect, it } from 'vitest';

import {
  decideClaim,
  type LeaseAction,
  LeaseHolder,
} from '../../../../lib/cluster/protocol/lease.ts';

/** Leases run for so many steps of the model's clock. */
const LEASE = 2;
const END_OF_TIME = 7;
const CONNECTIONS = [1, 2];

type Frame = { kind: 'claim' | 'declined'; id: number } | { kind: 'beat' };

/** Where the worker is between two instructions; it can be stopped at any of them. */
type WorkerStep =
  | { at: 'loop' }
  | { at: 'received'; id: number; expiresAt: number }
  | { at: 'claimed'; id: number; expiresAt: number }
  | { at: 'declining'; id: number }
  | { at: 'dead' };

/** A primary and one worker, with everything that lies between them. */
interface World {
  now: number;
  holder: LeaseHolder<number>;
  waiting: number[];
  /** Leases on their way to the worker. */
  sent: { id: number; expiresAt: number }[];
  pipe: Frame[];
  worker: WorkerStep;
  /** Frames to read before an expired lease may be given up; undefined: none has been noticed. */
  toRead: number | undefined;
  /** The lease that was seen to be past its expiry. */
  expired: number | undefined;
  /** Lease ids are connection ids times ten, plus the number of the offer. */
  offers: number;
  /** Connections that the worker began to read, and those that came back for others to serve. */
  servedHere: number[];
  servedElsewhere: number[];
  closed: number[];
  handed: number[];
  /** What the holder does not show, for telling worlds apart. */
  claimedId: number | undefined;
  revokedIds: number[];
}

type Move = { name: string; isPossible: (world: World) => boolean; do: (world: World) => void };

const connectionOf = (lease: number): number => Math.floor(lease / 10);

function apply(world: World, actions: LeaseAction<number>[]): void {
  for (const { kind, item } of actions) {
    if (kind === 'returned') world.servedElsewhere.push(item);
    if (kind === 'lost') world.closed.push(item);
    if (kind === 'handed') world.handed.push(item);
  }
}

function read(world: World, frame: Frame): void {
  if (frame.kind === 'claim') {
    const isOffered = world.holder.offered?.id === frame.id;
    apply(world, world.holder.claim(frame.id));
    world.claimedId = isOffered ? frame.id : undefined;
    return;
  }
  if (frame.kind === 'declined') {
    apply(world, world.holder.decline(frame.id));
    world.revokedIds = world.revokedIds.filter((id) => id !== frame.id);
  } else {
    apply(world, world.holder.confirm());
  }
  world.claimedId = undefined;
}

const at =
  (place: WorkerStep['at']) =>
  ({ worker }: World): boolean =>
    worker.at === place;

const MOVES: Move[] = [
  {
    name: 'time passes',
    isPossible: ({ now }) => now < END_OF_TIME,
    do: (world) => void world.now++,
  },
  {
    name: 'primary offers',
    isPossible: ({ holder, waiting }) => holder.isFree && waiting.length > 0,
    do: (world) => {
      const item = world.waiting.shift() ?? 0;
      const id = item * 10 + world.offers++;
      const expiresAt = world.now + LEASE;
      world.holder.offer({ id, item, expiresAt });
      world.sent.push({ id, expiresAt });
    },
  },
  {
    name: 'primary reads a frame',
    isPossible: ({ pipe }) => pipe.length > 0,
    do: (world) => {
      const frame = world.pipe.shift();
      if (frame !== undefined) read(world, frame);
      if (world.toRead !== undefined && world.toRead > 0) world.toRead--;
    },
  },
  {
    name: 'primary notices an expiry',
    isPossible: ({ holder, now, toRead }) =>
      toRead === undefined && holder.offered !== undefined && now >= holder.offered.expiresAt,
    do: (world) => {
      world.toRead = world.pipe.length;
      world.expired = world.holder.offered?.id;
    },
  },
  {
    name: 'primary gives the lease up',
    isPossible: ({ toRead }) => toRead === 0,
    do: (world) => {
      world.toRead = undefined;
      const { expired = 0 } = world;
      const before = world.holder.unclaimed;
      apply(world, world.holder.expire(expired));
      world.expired = undefined;
      if (world.holder.unclaimed < before) world.revokedIds.push(expired);
    },
  },
  {
    name: 'primary sees that the worker is gone',
    isPossible: ({ worker, pipe }) => worker.at === 'dead' && pipe.length === 0,
    do: (world) => {
      apply(world, world.holder.end());
      world.claimedId = undefined;
      world.toRead = undefined;
    },
  },
  {
    name: 'worker receives',
    isPossible: (world) => at('loop')(world) && world.sent.length > 0,
    do: (world) => {
      const lease = world.sent.shift();
      if (lease !== undefined) world.worker = { at: 'received', ...lease };
    },
  },
  {
    name: 'worker writes its claim',
    isPossible: at('received'),
    do: (world) => {
      if (world.worker.at !== 'received') return;
      world.pipe.push({ kind: 'claim', id: world.worker.id });
      world.worker = { ...world.worker, at: 'claimed' };
    },
  },
  {
    name: 'worker looks at the clock',
    isPossible: at('claimed'),
    do: (world) => {
      if (world.worker.at !== 'claimed') return;
      const { id, expiresAt } = world.worker;
      const decision = decideClaim(expiresAt, world.now);
      if (decision === 'serve') world.servedHere.push(connectionOf(id));
      world.worker = decision === 'serve' ? { at: 'loop' } : { at: 'declining', id };
    },
  },
  {
    name: 'worker declines',
    isPossible: at('declining'),
    do: (world) => {
      if (world.worker.at !== 'declining') return;
      world.pipe.push({ kind: 'declined', id: world.worker.id });
      world.worker = { at: 'loop' };
    },
  },
  {
    name: 'worker beats',
    isPossible: (world) => at('loop')(world) && world.pipe.length < 2,
    do: (world) => void world.pipe.push({ kind: 'beat' }),
  },
  {
    name: 'worker dies',
    isPossible: ({ worker }) => worker.at !== 'dead',
    do: (world) => void (world.worker = { at: 'dead' }),
  },
];

function replay(path: readonly Move[]): World {
  const world: World = {
    now: 0,
    holder: new LeaseHolder(),
    waiting: [...CONNECTIONS],
    sent: [],
    pipe: [],
    worker: { at: 'loop' },
    toRead: undefined,
    expired: undefined,
    offers: 0,
    servedHere: [],
    servedElsewhere: [],
    closed: [],
    handed: [],
    claimedId: undefined,
    revokedIds: [],
  };
  for (const move of path) move.do(world);
  return world;
}

function fingerprint(world: World): string {
  const { holder, ...rest } = world;
  return JSON.stringify([
    rest,
    holder.isFree,
    holder.offered?.id,
    holder.unclaimed,
    holder.pending,
  ]);
}

/** Walks through every reachable world once. */
function explore(visit: (world: World, path: readonly Move[]) => void): number {
  const seen = new Set<string>();
  const paths: Move[][] = [[]];
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    const world = replay(path);
    const key = fingerprint(world);
    if (seen.has(key)) continue;
    seen.add(key);
    visit(world, path);
    for (const move of MOVES) if (move.isPossible(world)) paths.push([...path, move]);
  }
  return seen.size;
}

const names = (path: readonly Move[]): string => path.map(({ name }) => name).join(', ');

/** Nothing can happen any more but time, beats and death. */
function isQuiet(world: World): boolean {
  const idle = new Set(['time passes', 'worker beats', 'worker dies']);
  return world.now === END_OF_TIME && MOVES.every((m) => idle.has(m.name) || !m.isPossible(world));
}

describe('the lease', () => {
  it('never gives a connection two readers, and loses none, in any order of steps', () => {
    let quiet = 0;
    const worlds = explore((world, path) => {
      const { servedHere, servedElsewhere, closed, handed } = world;
      for (const connection of CONNECTIONS) {
        const story = `connection ${connection}: ${names(path)}`;
        const readers = [...servedHere, ...servedElsewhere].filter((one) => one === connection);
        expect(readers.length, story).toBeLessThanOrEqual(1);
        // The primary closes its copy only of what the worker serves, or has died with.
        if (handed.includes(connection)) expect(servedHere, story).toContain(connection);
        if (closed.includes(connection)) expect(servedElsewhere, story).not.toContain(connection);
      }
      if (!isQuiet(world) || world.waiting.length > 0) return;
      quiet++;
      for (const connection of CONNECTIONS) {
        const ends = [...servedHere, ...servedElsewhere, ...closed];
        expect(ends, `connection ${connection} is lost: ${names(path)}`).toContain(connection);
      }
    });
    expect(quiet).toBeGreaterThan(5);
    expect(worlds).toBeGreaterThan(10_000);
  });

  it('would be broken by a worker that looks at the clock before it claims', () => {
    const swapped = MOVES.map((move) => {
      if (move.name !== 'worker looks at the clock') return move;
      return { ...move, do: (world: World) => serveAnyway(world) };
    });
    const original = MOVES.splice(0, MOVES.length, ...swapped);
    let isBroken = false;
    explore(({ servedHere, servedElsewhere }) => {
      isBroken ||= servedHere.some((connection) => servedElsewhere.includes(connection));
    });
    MOVES.splice(0, MOVES.length, ...original);
    expect(isBroken).toBe(true);
  });
});

/** A worker that serves whatever it claimed: the mistake that the order of steps prevents. */
function serveAnyway(world: World): void {
  if (world.worker.at !== 'claimed') return;
  world.servedHere.push(connectionOf(world.worker.id));
  world.worker = { at: 'loop' };
}
