import type { ManagedConnection } from './managed-connection.ts';

/** A user of one address's sockets, with a queue of its own. */
export interface SlotUser {
  /** Address; its users share the count of sockets taken. */
  readonly key: string;
  /** Sockets allowed to the address. */
  readonly limit: number;
}

/** A request for a slot; `granted` is called when it has one. */
export interface SlotWaiter {
  granted(): void;
}

/** A waiter for a slot that also accepts a returned connection. */
export interface SlotOffer extends SlotWaiter {
  offered(connection: ManagedConnection): void;
}

export interface SocketSlotsOptions {
  /** Sockets allowed to the process. */
  max: number;
  /** Waiters allowed, over all users. */
  maxQueue: number;
}

/**
 * Limits sockets per address and per process. Requests beyond a limit wait; freed slots go round
 * robin over the users, and first in, first out to each user's waiters.
 */
export class SocketSlots<W extends SlotWaiter = SlotWaiter> {
  #max: number;
  readonly #maxQueue: number;
  readonly #taken = new Map<string, number>();
  readonly #queues = new Map<SlotUser, Set<W>>();
  #total = 0;
  #waiting = 0;

  constructor({ max, maxQueue }: SocketSlotsOptions) {
    this.#max = max;
    this.#maxQueue = maxQueue;
  }

  /** Sockets open or being opened. */
  get total(): number {
    return this.#total;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get max(): number {
    return this.#max;
  }

  set max(value: number) {
    this.#max = value;
    this.#serve();
  }

  takenBy(key: string): number {
    return this.#taken.get(key) ?? 0;
  }

  waitingOf(user: SlotUser): number {
    return this.#queues.get(user)?.size ?? 0;
  }

  /** Whether the address is below its limit; the process may still be full. */
  hasRoomAt({ key, limit }: SlotUser): boolean {
    return this.takenBy(key) < limit;
  }

  /** Whether the process is at its limit. */
  get isFull(): boolean {
    return this.#total >= this.#max;
  }

  /** Takes a slot at once; false when none is free or other waiters come first. */
  tryTake(user: SlotUser): boolean {
    if (this.waitingOf(user) > 0 || !this.#canTake(user)) return false;
    this.#take(user);
    return true;
  }

  /** Queues a waiter, and returns a function that removes it; undefined when the queue is full. */
  wait(user: SlotUser, waiter: W): (() => void) | undefined {
    if (this.#waiting >= this.#maxQueue) return undefined;
    const queue = this.#queues.get(user) ?? new Set<W>();
    this.#queues.set(user, queue.add(waiter));
    this.#waiting++;
    return () => {
      if (queue.delete(waiter)) this.#left(user, queue);
    };
  }

  /** Dequeues a user's first waiter, to give it a returned connection instead of a slot. */
  takeWaiter(user: SlotUser): W | undefined {
    const queue = this.#queues.get(user);
    const waiter = queue?.values().next().value;
    if (queue === undefined || waiter === undefined) return undefined;
    queue.delete(waiter);
    this.#left(user, queue);
    return waiter;
  }

  /** Whether a user waits for a slot at this address. */
  isWantedAt(key: string): boolean {
    for (const user of this.#queues.keys()) if (user.key === key) return true;
    return false;
  }

  giveBack({ key }: SlotUser): void {
    const left = this.takenBy(key) - 1;
    if (left > 0) this.#taken.set(key, left);
    else this.#taken.delete(key);
    this.#total--;
    this.#serve();
  }

  #canTake(user: SlotUser): boolean {
    return !this.isFull && this.hasRoomAt(user);
  }

  #take({ key }: SlotUser): void {
    this.#taken.set(key, this.takenBy(key) + 1);
    this.#total++;
  }

  /** Grants free slots to waiters. A user that was served moves to the end of the round. */
  #serve(): void {
    for (let next = this.#servable(); next !== undefined; next = this.#servable()) {
      const [user, queue] = next;
      const waiter = queue.values().next().value;
      if (waiter === undefined) return;
      queue.delete(waiter);
      this.#queues.delete(user);
      if (queue.size > 0) this.#queues.set(user, queue);
      this.#waiting--;
      this.#take(user);
      waiter.granted();
    }
  }

  #servable(): [SlotUser, Set<W>] | undefined {
    for (const entry of this.#queues) if (this.#canTake(entry[0])) return entry;
    return undefined;
  }

  #left(user: SlotUser, queue: Set<W>): void {
    this.#waiting--;
    if (queue.size === 0) this.#queues.delete(user);
  }
}
