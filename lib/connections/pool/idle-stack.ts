import type { Random } from '../addresses/weighted-order.ts';

export interface IdleOptions {
  /** Idle connections kept at most. */
  readonly maxIdle: number;
  /** Longest time idle. */
  readonly idleMs: number;
  /** Longest age, before its spread. */
  readonly lifetimeMs: number;
}

/** Relative spread of lifetimes, so that connections do not all end at once. */
const JITTER = 0.1;

/** Time at which a connection opened at `now` should end. */
export function endOfLife(now: number, { lifetimeMs }: IdleOptions, random: Random): number {
  return now + lifetimeMs * (1 + JITTER * (2 * random() - 1));
}

/** A connection as the stack sees it. */
export interface Idler {
  /** Time at which its lifetime ends. */
  readonly endsAt: number;
  /** Time at which it became idle. */
  idleSince: number;
  /** Whether it is open and received nothing while idle. */
  readonly isUsable: boolean;
}

/** Idle connections of one address, last in, first out. */
export class IdleStack<C extends Idler> {
  readonly #options: IdleOptions;
  #stack: C[] = [];

  constructor(options: IdleOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#stack.length;
  }

  /** Longest idle connection. */
  get oldest(): C | undefined {
    return this.#stack[0];
  }

  /** Adds a usable connection; false when it is expired or one too many. */
  push(connection: C, now: number): boolean {
    if (this.#stack.length >= this.#options.maxIdle || now >= connection.endsAt) return false;
    connection.idleSince = now;
    this.#stack.push(connection);
    return true;
  }

  /** Takes the last usable connection; passes unusable ones to `discard`. */
  pop(now: number, discard: (connection: C) => void): C | undefined {
    for (let last = this.#stack.pop(); last !== undefined; last = this.#stack.pop()) {
      if (this.#isGood(last, now)) return last;
      discard(last);
    }
    return undefined;
  }

  remove(connection: C): boolean {
    const place = this.#stack.lastIndexOf(connection);
    if (place < 0) return false;
    this.#stack.splice(place, 1);
    return true;
  }

  /** Removes and returns connections that are expired or unusable. */
  sweep(now: number): C[] {
    const over = this.#stack.filter((connection) => !this.#isGood(connection, now));
    if (over.length > 0) this.#stack = this.#stack.filter((one) => !over.includes(one));
    return over;
  }

  /** Removes and returns all connections. */
  clear(): C[] {
    const all = this.#stack;
    this.#stack = [];
    return all;
  }

  #isGood({ isUsable, endsAt, idleSince }: C, now: number): boolean {
    return isUsable && now < endsAt && now - idleSince < this.#options.idleMs;
  }
}
