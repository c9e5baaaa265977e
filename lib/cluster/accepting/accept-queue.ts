import { BoundedQueue } from '../../common/bounded-queue.ts';
import { Distribution } from '../../stats/distribution.ts';
import type { StandingQueue } from './standing-queue.ts';

/**
 * Why a connection was shed: queue full, waited too long, standing queue (CoDel), or no process to
 * serve it (down).
 */
export type ShedReason = 'full' | 'age' | 'codel' | 'down';

/** A waiting connection. */
export interface Waiting<T> {
  readonly item: T;
  readonly acceptedAt: number;
  /** When it was last taken for a worker; until then, when it was accepted. */
  takenAt: number;
  /** Whether a worker returned it without claiming it. */
  isReturned: boolean;
}

export interface AcceptQueueParts<T> {
  /** Most connections held at once: waiting, or sent to a worker and not settled. */
  maxQueue: number;
  /** Wait after which a connection is shed. */
  maxWaitMs: number;
  standing: StandingQueue;
  /** Refuses a connection that the queue sheds. */
  shed: (item: T, reason: ShedReason) => void;
}

/** Counters that add up at every moment: see `AcceptQueue`. */
export interface AcceptQueueCounts {
  accepted: number;
  handed: number;
  pending: number;
  closed: number;
  length: number;
  shed: Record<ShedReason, number>;
}

/**
 * Bounded FIFO queue of accepted connections, limited in length and age, with CoDel against a
 * standing queue. Knows neither sockets nor processes; the time is an argument.
 *
 * At every moment `accepted = handed + shed + closed + length + pending`, where `pending` counts
 * the connections sent to a worker and not settled yet.
 */
export class AcceptQueue<T> {
  readonly #options: AcceptQueueParts<T>;
  readonly #waiting: BoundedQueue<Waiting<T>>;
  readonly #ages = new Distribution();
  readonly #counts = { accepted: 0, handed: 0, pending: 0, closed: 0 };
  readonly #shed: Record<ShedReason, number> = { full: 0, age: 0, codel: 0, down: 0 };
  #giveUp: ((item: T) => void) | undefined;

  constructor(options: AcceptQueueParts<T>) {
    this.#options = options;
    this.#waiting = new BoundedQueue(options.maxQueue);
  }

  get length(): number {
    return this.#waiting.length;
  }

  get pending(): number {
    return this.#counts.pending;
  }

  /** When the connection at the head was accepted; undefined while the queue is empty. */
  get oldestAcceptedAt(): number | undefined {
    return this.#waiting.peek()?.acceptedAt;
  }

  /** Queues a new connection, or sheds it when the queue is full. */
  accept(item: T, now: number): void {
    // A pending connection may come back, so it still counts.
    const held = this.#waiting.length + this.#counts.pending;
    if (held >= this.#options.maxQueue) return this.acceptAndShed(item, 'full');
    this.#counts.accepted++;
    this.#waiting.push({ item, acceptedAt: now, takenAt: now, isReturned: false });
    if (this.#giveUp !== undefined) this.close(this.#giveUp);
  }

  /** Counts a new connection and sheds it at once. */
  acceptAndShed(item: T, reason: 'full' | 'down'): void {
    this.#counts.accepted++;
    this.#refuse(item, reason);
  }

  /** Takes the next connection for a worker; sheds those before it that are too old. */
  take(now: number): Waiting<T> | undefined {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const reason = this.#reasonToShed(next, now);
      if (reason === undefined) {
        this.#counts.pending++;
        next.takenAt = now;
        return next;
      }
      this.#ages.record(now - next.acceptedAt);
      this.#refuse(next.item, reason);
    }
    return undefined;
  }

  /** Counts a taken connection as handed: a worker owns it now. */
  settle({ takenAt, acceptedAt }: Waiting<T>): void {
    this.#counts.pending--;
    this.#counts.handed++;
    this.#ages.record(takenAt - acceptedAt);
  }

  /** Puts a taken connection back at the head, with its accept time. */
  giveBack(taken: Waiting<T>): void {
    this.#counts.pending--;
    taken.isReturned = true;
    this.#waiting.unshift(taken);
    if (this.#giveUp !== undefined) this.close(this.#giveUp);
  }

  /** Sheds connections beyond the age limit: needed while no worker takes any. */
  sweep(now: number): void {
    for (let head = this.#waiting.peek(); head !== undefined; head = this.#waiting.peek()) {
      const age = now - head.acceptedAt;
      if (age <= this.#options.maxWaitMs) return;
      this.#waiting.shift();
      this.#ages.record(age);
      this.#refuse(head.item, 'age');
    }
  }

  /** Gives up waiting connections, and those returned later: no worker will take them. */
  close(giveUp: (item: T) => void): void {
    this.#giveUp = giveUp;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#counts.closed++;
      giveUp(next.item);
    }
  }

  counts(): AcceptQueueCounts {
    return { ...this.#counts, length: this.length, shed: { ...this.#shed } };
  }

  /** Distribution of the time until connections were handed on or shed, in milliseconds. */
  ages(): ReturnType<Distribution['snapshot']> {
    return this.#ages.snapshot();
  }

  /** The same for merging: without quantiles, which are computed then. */
  waits(): ReturnType<Distribution['totals']> {
    return this.#ages.totals();
  }

  #reasonToShed({ acceptedAt, isReturned }: Waiting<T>, now: number): ShedReason | undefined {
    const ageMs = now - acceptedAt;
    if (ageMs > this.#options.maxWaitMs) return 'age';
    // A returned connection waited for one worker, which says nothing about the queue.
    if (isReturned) return undefined;
    return this.#isStanding(ageMs, now) ? 'codel' : undefined;
  }

  #isStanding(ageMs: number, now: number): boolean {
    const { standing } = this.#options;
    const { accepted: arrived, handed, pending } = this.#counts;
    standing.look({ arrived, served: handed + pending, delayMs: ageMs, now });
    return standing.shouldShed(ageMs, now);
  }

  #refuse(item: T, reason: ShedReason): void {
    this.#shed[reason]++;
    this.#options.shed(item, reason);
  }
}
