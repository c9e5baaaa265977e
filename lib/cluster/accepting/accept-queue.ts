import { BoundedQueue } from '../../common/bounded-queue.ts';
import type { CoDel } from '../../common/codel.ts';
import { Distribution } from '../../stats/distribution.ts';

/** Why a connection was refused: no room, waited too long, or part of a standing queue. */
export type ShedReason = 'full' | 'age' | 'codel';

/** A connection that waits, with the time at which it was accepted. */
export interface Waiting<T> {
  readonly item: T;
  readonly acceptedAt: number;
  /** When it was last taken to be handed to a worker. */
  takenAt: number;
  /** Whether it came back from a worker that did not claim it. */
  isReturned: boolean;
}

export interface AcceptQueueOptions<T> {
  /** Most connections held at once: waiting, or sent to a worker and not settled. */
  maxLength: number;
  /** Oldest age at which a connection is still handed on, in milliseconds. */
  maxAgeMs: number;
  codel: CoDel;
  /** Refuses a connection that the queue gave up. */
  shed: (item: T, reason: ShedReason) => void;
}

/** Counters whose sum holds at every moment: see `AcceptQueue`. */
export interface AcceptQueueCounts {
  accepted: number;
  handed: number;
  pending: number;
  closed: number;
  length: number;
  shed: Record<ShedReason, number>;
}

/**
 * The bounded queue of accepted connections: first in, first out, with a limit of length and of
 * age, and CoDel against a standing queue. Knows no sockets and no processes; the clock is an
 * argument.
 *
 * At every moment `accepted = handed + shed + closed + length + pending`, where `pending` are the
 * connections sent to a worker and not settled yet.
 */
export class AcceptQueue<T> {
  readonly #options: AcceptQueueOptions<T>;
  readonly #waiting: BoundedQueue<Waiting<T>>;
  readonly #ages = new Distribution();
  readonly #counts = { accepted: 0, handed: 0, pending: 0, closed: 0 };
  readonly #shed: Record<ShedReason, number> = { full: 0, age: 0, codel: 0 };
  #giveUp: ((item: T) => void) | undefined;

  constructor(options: AcceptQueueOptions<T>) {
    this.#options = options;
    this.#waiting = new BoundedQueue(options.maxLength);
  }

  get length(): number {
    return this.#waiting.length;
  }

  get maxLength(): number {
    return this.#options.maxLength;
  }

  get pending(): number {
    return this.#counts.pending;
  }

  /** When the connection at the head was accepted; undefined while the queue is empty. */
  get oldestAcceptedAt(): number | undefined {
    return this.#waiting.peek()?.acceptedAt;
  }

  /** Takes a new connection in, or sheds it when the queue is full. */
  accept(item: T, now: number): void {
    // What is pending may come back, so it keeps its place.
    const held = this.#waiting.length + this.#counts.pending;
    if (held >= this.#options.maxLength) return this.acceptAndShed(item);
    this.#counts.accepted++;
    this.#waiting.push({ item, acceptedAt: now, takenAt: now, isReturned: false });
    if (this.#giveUp !== undefined) this.close(this.#giveUp);
  }

  /** Counts a new connection and sheds it at once: the process has no room for it. */
  acceptAndShed(item: T): void {
    this.#counts.accepted++;
    this.#refuse(item, 'full');
  }

  /** The next connection to hand to a worker; sheds what is too old on the way to it. */
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

  /** A connection that was taken belongs to a worker now. */
  settle({ takenAt, acceptedAt }: Waiting<T>): void {
    this.#counts.pending--;
    this.#counts.handed++;
    this.#ages.record(takenAt - acceptedAt);
  }

  /** A connection that was taken comes back to the head, its time stamp kept. */
  giveBack(taken: Waiting<T>): void {
    this.#counts.pending--;
    taken.isReturned = true;
    this.#waiting.unshift(taken);
    if (this.#giveUp !== undefined) this.close(this.#giveUp);
  }

  /** Sheds from the head what is older than the limit: needed while no worker takes anything. */
  sweep(now: number): void {
    for (let head = this.#waiting.peek(); head !== undefined; head = this.#waiting.peek()) {
      const age = now - head.acceptedAt;
      if (age <= this.#options.maxAgeMs) return;
      this.#waiting.shift();
      this.#ages.record(age);
      this.#refuse(head.item, 'age');
    }
  }

  /** Gives up what still waits, and what comes back later, because nobody will take it. */
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

  /** How long connections waited until they were handed on or shed, in milliseconds. */
  ages(): ReturnType<Distribution['snapshot']> {
    return this.#ages.snapshot();
  }

  #reasonToShed({ acceptedAt, isReturned }: Waiting<T>, now: number): ShedReason | undefined {
    const ageMs = now - acceptedAt;
    if (ageMs > this.#options.maxAgeMs) return 'age';
    // What came back waited for one worker, which tells nothing of the queue.
    if (isReturned) return undefined;
    return this.#options.codel.shouldDrop(ageMs, now) ? 'codel' : undefined;
  }

  #refuse(item: T, reason: ShedReason): void {
    this.#shed[reason]++;
    this.#options.shed(item, reason);
  }
}
