import { describe, expect, it } from 'vitest';

import {
  claimLease,
  declineLease,
  SharedLeases,
} from '../../../../../lib/cluster/protocol/fd/lease-board.ts';
import type { LeaseAction } from '../../../../../lib/cluster/protocol/lease.ts';

const CONNECTIONS = [1, 2, 3];
const MAX_OFFERS = 5;
const SLOTS = 2;

interface Message {
  slot: number;
  connection: number;
}

/** A primary and one worker, with the memory and the socket between them. */
class World {
  readonly words = new Int32Array(SLOTS);
  readonly leases = new SharedLeases<number>(this.words);
  readonly waiting = [...CONNECTIONS];
  readonly sent: Message[] = [];
  /** What the worker holds between receiving and deciding. */
  inHand: Message | undefined;
  isAlive = true;
  isOver = false;
  offers = 0;
  /** Connections that the worker read from. */
  readonly read: number[] = [];
  readonly handed: number[] = [];
  readonly lost: number[] = [];
  readonly out = new Set<number>();

  apply(actions: LeaseAction<number>[]): void {
    for (const { kind, item } of actions) {
      this.out.delete(item);
      if (kind === 'returned') this.waiting.unshift(item);
      if (kind === 'handed') this.handed.push(item);
      if (kind === 'lost') this.lost.push(item);
    }
  }

  /** All that tells worlds apart. */
  get key(): string {
    const { words, waiting, sent, inHand, isAlive, isOver, offers, read, handed, lost, out } = this;
    const lists = [[...words], waiting, sent, inHand, read, handed, lost, [...out]];
    return JSON.stringify([lists, isAlive, isOver, offers, this.leases.offered?.id]);
  }
}

interface Move {
  name: string;
  isPossible: (world: World) => boolean;
  do: (world: World) => void;
}

/** Each is one atomic step: either process can be stopped between any two of them. */
const MOVES: readonly Move[] = [
  {
    name: 'offer',
    isPossible: ({ isOver, waiting, leases, offers }) =>
      !isOver && waiting.length > 0 && leases.isFree && offers < MAX_OFFERS,
    do: (world) => {
      const connection = world.waiting.shift() ?? 0;
      world.offers++;
      world.out.add(connection);
      world.leases.offer({ id: world.offers, item: connection, expiresAt: 0 });
      world.sent.push({ slot: world.leases.slotOf(world.offers), connection });
    },
  },
  {
    name: 'expire',
    isPossible: ({ isOver, leases }) => !isOver && leases.offered !== undefined,
    do: (world) => world.apply(world.leases.expire(world.leases.offered?.id ?? 0)),
  },
  {
    name: 'collect',
    isPossible: ({ isOver }) => !isOver,
    do: (world) => world.apply(world.leases.collect()),
  },
  {
    name: 'receive',
    isPossible: ({ isAlive, sent, inHand }) => isAlive && sent.length > 0 && inHand === undefined,
    do: (world) => {
      world.inHand = world.sent.shift();
    },
  },
  {
    name: 'claim',
    isPossible: ({ isAlive, inHand }) => isAlive && inHand !== undefined,
    do: (world) => {
      const { slot, connection } = world.inHand ?? { slot: 0, connection: 0 };
      world.inHand = undefined;
      if (claimLease(world.words, slot)) world.read.push(connection);
    },
  },
  {
    name: 'decline',
    isPossible: ({ isAlive, inHand }) => isAlive && inHand !== undefined,
    do: (world) => {
      declineLease(world.words, world.inHand?.slot ?? 0);
      world.inHand = undefined;
    },
  },
  {
    name: 'die',
    isPossible: ({ isAlive }) => isAlive,
    do: (world) => {
      world.isAlive = false;
    },
  },
  {
    name: 'end',
    isPossible: ({ isAlive, isOver }) => !isAlive && !isOver,
    do: (world) => {
      world.isOver = true;
      world.apply(world.leases.end());
    },
  },
];

function replay(path: readonly Move[]): World {
  const world = new World();
  for (const move of path) move.do(world);
  return world;
}

/** Calls `check` in every world that any order of moves leads to. */
function explore(check: (world: World, path: string) => void): number {
  const seen = new Set<string>();
  const paths: Move[][] = [[]];
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    const world = replay(path);
    if (seen.has(world.key)) continue;
    seen.add(world.key);
    check(world, path.map(({ name }) => name).join(', '));
    for (const move of MOVES) if (move.isPossible(world)) paths.push([...path, move]);
  }
  return seen.size;
}

describe('The lease in shared memory', () => {
  it(
    'has one reader ever and loses no connection, in every order of steps',
    { timeout: 60_000 },
    () => {
      const worlds = explore((world, path) => {
        const { waiting, out, handed, lost, read } = world;
        const all = sorted([...waiting, ...out, ...handed, ...lost]);
        expect(all, path).toEqual(CONNECTIONS);
        expect(new Set(read).size, path).toBe(read.length);
        // What a worker read from is never given to another; what was handed was read.
        expect(
          waiting.filter((one) => read.includes(one)),
          path,
        ).toEqual([]);
        expect(
          handed.filter((one) => !read.includes(one)),
          path,
        ).toEqual([]);
        if (world.isOver) {
          expect(sorted([...lost, ...handed]), path).toEqual(sorted(read));
        }
      });
      expect(worlds).toBeGreaterThan(1_000);
    },
  );

  it('gives a worker that is blocked nothing new until it has received what was revoked', () => {
    const words = new Int32Array(SLOTS);
    const leases = new SharedLeases<string>(words);
    leases.offer({ id: 1, item: 'a', expiresAt: 0 });

    expect(leases.expire(1)).toEqual([{ kind: 'returned', item: 'a' }]);
    expect(leases.isFree).toBe(false);
    expect(claimLease(words, 0)).toBe(false);
    expect(leases.isFree).toBe(true);
  });

  it('sees a claim that came before the revocation', () => {
    const words = new Int32Array(SLOTS);
    const leases = new SharedLeases<string>(words);
    leases.offer({ id: 1, item: 'a', expiresAt: 0 });

    expect(claimLease(words, 0)).toBe(true);
    expect(leases.unclaimed).toBe(1);
    expect(leases.expire(1)).toEqual([{ kind: 'handed', item: 'a' }]);
    expect(leases.unclaimed).toBe(0);
  });

  it('takes back a lease whose word says what no honest worker writes', () => {
    const words = new Int32Array(SLOTS);
    const leases = new SharedLeases<string>(words);
    leases.offer({ id: 1, item: 'a', expiresAt: 0 });
    words[0] = 9;

    expect(leases.collect()).toEqual([]);
    expect(leases.expire(1)).toEqual([{ kind: 'returned', item: 'a' }]);
    expect(leases.isFree).toBe(false);
    expect(claimLease(words, 0)).toBe(false);
    expect(leases.isFree).toBe(true);
  });

  it('offers nothing while it is paused, and never more than there are words', () => {
    const leases = new SharedLeases<string>(new Int32Array(SLOTS));
    leases.pause();
    expect(leases.isFree).toBe(false);
    leases.resume();
    leases.offer({ id: 1, item: 'a', expiresAt: 0 });
    leases.offer({ id: 2, item: 'b', expiresAt: 0 });
    expect(leases.isFree).toBe(false);
    expect(leases.offer({ id: 3, item: 'c', expiresAt: 0 })).toBe(false);
    expect(leases.end()).toEqual([
      { kind: 'returned', item: 'b' },
      { kind: 'returned', item: 'a' },
    ]);
  });
});

function sorted(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b);
}
