/** What decides whether a worker should take the next connection. */
export interface Standing {
  /** Whether the primary wants it to take any. */
  readonly isOpen: boolean;
  /** Whether it must be rung before it looks. */
  readonly isAsleep: boolean;
  /** Whether it is below its limit of connections. */
  readonly hasRoom: boolean;
  readonly inFlight: number;
  readonly connections: number;
  /** When its loop last turned, or it was last rung, in wrapping milliseconds. */
  readonly turnedAt: number;
  /** When it last took a connection. */
  readonly takenAt: number;
  serves(socket: number): boolean;
}

/** Connections that a worker takes of one socket in a turn of its loop. */
export const TAKEN_PER_TURN = 4;

/** Silence after which a worker that is awake counts as blocked, and another is rung. */
const FRESH_MS = 5;

/** The same for those that would yield to it: longer, as it may merely wait for a core. */
const COMING_MS = 20;

/** How much more than another a worker may have to do before it yields, if others can take all. */
const SLACK = 1;

/** The same for one that would be asleep, but for a few turns: a better one can still be rung. */
export const NO_SLACK = 0;

/** The same if the others can take only some. Also the most that idle connections count for. */
const HARD_SLACK = 3;

/** What a worker found, and when. */
export interface Finding {
  socket: number;
  /** Connections that wait. */
  waiting: number;
  now: number;
  /**
   * How much more than another it may have to do before it yields.
   *
   * @default 1
   */
  slack?: number | undefined;
}

/**
 * Whether a worker may take the next connection of `socket`: not while others, who will come for it,
 * have clearly less to do. A worker that is awake and silent is blocked and counts for nothing.
 */
export function mayTake(
  own: Standing,
  all: Iterable<Standing>,
  { socket, waiting, now, slack = SLACK }: Finding,
): boolean {
  if (!own.isOpen || !own.hasRoom) return false;
  if (own.inFlight + own.connections <= slack) return true;
  let better = 0;
  for (const other of all) {
    if (other === own || !canCome(other, socket, now)) continue;
    const lead = leadOf(own, other);
    if (lead > HARD_SLACK) return false;
    if (lead > slack) better++;
  }
  return waiting > better;
}

/** Number of workers that take connections of `socket`, whatever they do now. */
export function countTakers(all: Iterable<Standing>, socket: number): number {
  let count = 0;
  for (const one of all) if (isCandidate(one, socket)) count++;
  return count;
}

/** Number of workers that look at `socket` without being rung. */
export function countLooking(all: Iterable<Standing>, socket: number, now: number): number {
  let count = 0;
  for (const one of all) {
    if (isLooking(one, now) && isCandidate(one, socket)) count++;
  }
  return count;
}

/** Whether it is awake and turns. */
export function isLooking(one: Standing, now: number): boolean {
  return !one.isAsleep && since(one.turnedAt, now) < FRESH_MS;
}

/** The sleeping worker with the least to do; undefined: none that serves `socket` and has room. */
export function pickSleeper<S extends Standing>(all: Iterable<S>, socket: number): S | undefined {
  let best: S | undefined;
  for (const one of all) {
    if (!one.isAsleep || !isCandidate(one, socket)) continue;
    if (best === undefined || isBetter(one, best)) best = one;
  }
  return best;
}

/** By requests in flight, connections, and the longest time without a new one. */
function isBetter(a: Standing, b: Standing): boolean {
  if (a.inFlight !== b.inFlight) return a.inFlight < b.inFlight;
  if (a.connections !== b.connections) return a.connections < b.connections;
  return ((a.takenAt - b.takenAt) | 0) < 0;
}

function canCome(one: Standing, socket: number, now: number): boolean {
  return isCandidate(one, socket) && (one.isAsleep || since(one.turnedAt, now) < COMING_MS);
}

function isCandidate(one: Standing, socket: number): boolean {
  return one.isOpen && one.hasRoom && one.serves(socket);
}

/** How much more `own` has to do. Idle connections may all wake up, or never: they count little. */
function leadOf(own: Standing, other: Standing): number {
  const more = own.connections - other.connections;
  const counted = Math.max(-HARD_SLACK - 1, Math.min(HARD_SLACK + 1, more));
  return own.inFlight - other.inFlight + counted;
}

function since(at: number, now: number): number {
  return (Math.trunc(now) - at) | 0;
}
