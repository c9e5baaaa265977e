import { firstToExpire, type Lease, type LeaseAction } from '../lease.ts';
import type { Leases } from '../transport.ts';

/**
 * Lease of a connection in memory that primary and worker share, one word per lease. Claim and
 * revocation are each one compare-and-swap on the same word, so exactly one of them happens,
 * wherever either process is stopped.
 *
 * ```
 *         primary offers           worker claims          primary sees it, closes its copy
 *   FREE ----------------> OFFERED -------------> CLAIMED --------------------------------> FREE
 *                            |  |
 *             primary revokes|  |worker declines: the primary sees it, back to the queue
 *                            v  +----------------------------------------------------> FREE
 *                         REVOKED ---------------------------------------------------> FREE
 *               back to the queue at once     the worker receives it and closes its copy
 * ```
 * A word is reused only after the worker has received what was sent for it, so a late message
 * never meets another lease.
 */
export const FREE = 0;
export const OFFERED = 1;
export const CLAIMED = 2;
export const REVOKED = 3;

/** Claims a connection that the worker received. @returns whether the worker owns it now */
export function claimLease(words: Int32Array, slot: number): boolean {
  if (Atomics.compareExchange(words, slot, OFFERED, CLAIMED) === OFFERED) return true;
  Atomics.store(words, slot, FREE);
  return false;
}

/** Declines a connection: the worker has closed its copy unread. */
export function declineLease(words: Int32Array, slot: number): void {
  Atomics.store(words, slot, FREE);
}

/** The primary's side of one worker's leases, one per word. */
export class SharedLeases<T> implements Leases<T> {
  readonly #words: Int32Array;
  readonly #out: (Lease<T> | undefined)[];
  #isGone = false;
  #isPaused = false;

  constructor(words: Int32Array) {
    this.#words = words;
    this.#out = Array.from(words, () => undefined);
  }

  /** False while the worker, blocked, has yet to receive a revoked lease. */
  get isFree(): boolean {
    if (this.#isGone || this.#isPaused || this.#words.includes(REVOKED)) return false;
    return this.#freeSlot() >= 0;
  }

  get unclaimed(): number {
    let count = 0;
    for (const lease of this.#out) if (lease !== undefined) count++;
    return count;
  }

  get offered(): Lease<T> | undefined {
    return firstToExpire(this.#out.filter((lease) => lease !== undefined));
  }

  offer(lease: Lease<T>): boolean {
    const slot = this.#freeSlot();
    if (slot < 0) return false;
    this.#out[slot] = lease;
    Atomics.store(this.#words, slot, OFFERED);
    return true;
  }

  /** Slot of an open lease; -1 when there is none. */
  slotOf(id: number): number {
    return this.#out.findIndex((lease) => lease?.id === id);
  }

  /** Collects the worker's decisions since the last call. */
  collect(): LeaseAction<T>[] {
    const actions: LeaseAction<T>[] = [];
    for (const [slot, lease] of this.#out.entries()) {
      if (lease === undefined) continue;
      const word = Atomics.load(this.#words, slot);
      if (word === CLAIMED) actions.push(this.#settle(slot, lease, 'handed'));
      if (word === FREE) actions.push(this.#settle(slot, lease, 'returned'));
    }
    return actions;
  }

  expire(id: number): LeaseAction<T>[] {
    const slot = this.slotOf(id);
    const lease = this.#out[slot];
    if (lease === undefined) return [];
    const before = Atomics.compareExchange(this.#words, slot, OFFERED, REVOKED);
    if (before === CLAIMED || before === FREE) return this.collect();
    // A value that no correct worker writes counts as unclaimed.
    if (before !== OFFERED) Atomics.store(this.#words, slot, REVOKED);
    this.#out[slot] = undefined;
    return [{ kind: 'returned', item: lease.item }];
  }

  /** Treats a connection that could not be sent as declined. */
  withdraw(slot: number): void {
    Atomics.store(this.#words, slot, FREE);
  }

  /** Offers nothing until `resume()`. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  /** Ends all leases of a dead worker. A claimed connection is lost: it may have been read from. */
  end(): LeaseAction<T>[] {
    const actions: LeaseAction<T>[] = [];
    // Newest first: returned connections go to the head of the queue.
    const leases = [...this.#out.entries()].toSorted(([, a], [, b]) => (b?.id ?? 0) - (a?.id ?? 0));
    for (const [slot, lease] of leases) {
      if (lease === undefined) continue;
      const isClaimed = Atomics.load(this.#words, slot) === CLAIMED;
      actions.push({ kind: isClaimed ? 'lost' : 'returned', item: lease.item });
    }
    this.#out.fill(undefined);
    this.#isGone = true;
    return actions;
  }

  #freeSlot(): number {
    for (const [slot, lease] of this.#out.entries()) {
      if (lease === undefined && Atomics.load(this.#words, slot) === FREE) return slot;
    }
    return -1;
  }

  #settle(slot: number, { item }: Lease<T>, kind: 'handed' | 'returned'): LeaseAction<T> {
    this.#out[slot] = undefined;
    Atomics.store(this.#words, slot, FREE);
    return { kind, item };
  }
}
