import type { Random } from './weighted-order.ts';

export interface IdleOptions {
  /** Connections that may be idle at once. */
  readonly maxIdle: number;
  /** How long one may be idle, in milliseconds. */
  readonly idleMs: number;
  /** How long one may live, in milliseconds, and the fraction by which that is spread. */
  readonly lifetimeMs: number;
}

/** Spread of a connection's lifetime, so that not all end at once. */
const JITTER = 0.1;

/** When a connection that is opened at `now` should end. */
export function endOfLife(now: number, { lifetimeMs }: IdleOptions, random: Random): number {
  return now + lifetimeMs * (1 + JITTER * (2 * random() - 1));
}

/** What is kept: a connection that can be looked at. */
export interface Idler {
  /** When it ends, however well it is. */
  readonly endsAt: number;
  /** When it was put aside. */
  idleSince: number;
  /** Whether it can be used: open, and nothing came while it was idle. */
  readonly isUsable: boolean;
}

/** Idle connections of one address: the last one put aside is the first to be used again. */
export class IdleStack<C extends Idler> {
  readonly #options: IdleOptions;
  #stack: C[] = [];

  constructor(options: IdleOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#stack.length;
  }

  /** The one that is idle for longest. */
  get oldest(): C | undefined {
    return this.#stack[0];
  }

  /** Puts one aside; false: it is over, or there are enough. */
  push(connection: C, now: number): boolean {
    if (this.#stack.length >= this.#options.maxIdle) return false;
    if (!connection.isUsable || now >= connection.endsAt) return false;
    connection.idleSince = now;
    this.#stack.push(connection);
    return true;
  }

  /** Takes the last one that can be used; `discard` gets those that can not. */
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

  /** Takes those out that can not be used any more. */
  sweep(now: number): C[] {
    const over = this.#stack.filter((connection) => !this.#isGood(connection, now));
    if (over.length > 0) this.#stack = this.#stack.filter((one) => !over.includes(one));
    return over;
  }

  /** Takes all out. */
  clear(): C[] {
    const all = this.#stack;
    this.#stack = [];
    return all;
  }

  #isGood({ isUsable, endsAt, idleSince }: C, now: number): boolean {
    return isUsable && now < endsAt && now - idleSince < this.#options.idleMs;
  }
}
