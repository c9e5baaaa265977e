/** Sockets that one address of one service may have, and who waits for them. */
export interface SlotUser {
  /** The address: users of the same one share its limit. */
  readonly key: string;
  /** Sockets that the address may have. */
  readonly limit: number;
}

/** One that waits; called when it has a slot. */
export interface SlotWaiter {
  granted(): void;
}

export interface SocketSlotsOptions {
  /** Sockets of the process. */
  max: number;
  /** Waiters, all together. */
  maxWaiting: number;
}

/**
 * Who may have a socket: each address has a limit, and all have one together. Who finds no room
 * waits; users get freed slots in turn, and each user's waiters in the order in which they came.
 */
export class SocketSlots<W extends SlotWaiter = SlotWaiter> {
  #max: number;
  readonly #maxWaiting: number;
  readonly #taken = new Map<string, number>();
  readonly #queues = new Map<SlotUser, Set<W>>();
  #total = 0;
  #waiting = 0;

  constructor({ max, maxWaiting }: SocketSlotsOptions) {
    this.#max = max;
    this.#maxWaiting = maxWaiting;
  }

  /** Sockets that there are or will be in a moment. */
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

  /** Whether the address has room; the process may have none all the same. */
  hasRoomAt({ key, limit }: SlotUser): boolean {
    return this.takenBy(key) < limit;
  }

  /** Whether the process has no room for one more. */
  get isFull(): boolean {
    return this.#total >= this.#max;
  }

  /** Takes a slot at once; false: there is none, or others wait for it. */
  tryTake(user: SlotUser): boolean {
    if (this.waitingOf(user) > 0 || !this.#canTake(user)) return false;
    this.#take(user);
    return true;
  }

  /** Waits for a slot; undefined: too many wait. What it returns takes the wait back. */
  wait(user: SlotUser, waiter: W): (() => void) | undefined {
    if (this.#waiting >= this.#maxWaiting) return undefined;
    const queue = this.#queues.get(user) ?? new Set<W>();
    this.#queues.set(user, queue.add(waiter));
    this.#waiting++;
    return () => {
      if (queue.delete(waiter)) this.#left(user, queue);
    };
  }

  /** Takes the first of a user's waiters out: it gets something better than a slot. */
  takeWaiter(user: SlotUser): W | undefined {
    const queue = this.#queues.get(user);
    const waiter = queue?.values().next().value;
    if (queue === undefined || waiter === undefined) return undefined;
    queue.delete(waiter);
    this.#left(user, queue);
    return waiter;
  }

  /** Whether anyone waits for a slot at this address. */
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

  /** Gives what is free to those who wait. A user that was served goes to the end of the round. */
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
