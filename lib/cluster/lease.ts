/**
 * The lease of a connection: how the primary can take a connection back from a worker that is
 * merely blocked, without two readers and without a round trip.
 *
 * The primary sends a connection with an expiry on the clock that all processes of a machine
 * share, and keeps its own copy open. The worker writes its claim **and then** looks at the clock:
 * before the expiry it serves, at or after it it closes its copy and writes `declined`. The
 * primary gives a lease up only after it has read everything that was written before the expiry.
 * So a claim written in time was read; a late one is, by the worker's own check, declined.
 *
 * ```
 *            offer             claim read           any later frame but `declined`
 *   (free) --------> OFFERED --------------> CLAIMED --------------------> handed
 *                      |                        |
 *                      | expired, pipe read     | declined (stopped between claim and clock)
 *                      v                        v
 *                   REVOKED -- declined -->  back to the queue
 *                      = back to the queue at once; the worker gets nothing new until it declines
 * ```
 * Frames arrive in the order in which they were written, so the first frame after a claim tells
 * whether it was followed by `declined`: no second frame per connection is needed.
 */
export interface Lease<T> {
  readonly id: number;
  readonly item: T;
  readonly expiresAt: number;
}

/** What the primary has to do with a connection. */
export type LeaseAction<T> =
  /** A worker serves it: close the primary's copy. */
  | { kind: 'handed'; item: T }
  /** No worker serves it: back to the head of the queue. */
  | { kind: 'returned'; item: T }
  /** A worker that may have read from it is gone: close it. */
  | { kind: 'lost'; item: T };

type Slot<T> =
  | { kind: 'FREE' }
  | { kind: 'OFFERED'; lease: Lease<T> }
  | { kind: 'REVOKED'; id: number }
  | { kind: 'GONE' };

/** The primary's side of the leases of one worker: one unclaimed connection at most. */
export class LeaseHolder<T> {
  #slot: Slot<T> = { kind: 'FREE' };
  /** Claimed, and no later frame read yet: it could still be declined. */
  #claimed: Lease<T> | undefined;

  /** Whether a connection may be offered. */
  get isFree(): boolean {
    return this.#slot.kind === 'FREE';
  }

  /** The lease that waits for its claim. */
  get offered(): Lease<T> | undefined {
    return this.#slot.kind === 'OFFERED' ? this.#slot.lease : undefined;
  }

  /** Connections that are neither handed nor returned. */
  get pending(): number {
    return (this.#slot.kind === 'OFFERED' ? 1 : 0) + (this.#claimed === undefined ? 0 : 1);
  }

  offer(lease: Lease<T>): void {
    if (this.#slot.kind !== 'FREE') throw new Error('a lease is out already');
    this.#slot = { kind: 'OFFERED', lease };
  }

  /** A claim was read. A claim of a lease that was given up changes nothing. */
  claim(id: number): LeaseAction<T>[] {
    const actions = this.confirm();
    if (this.#slot.kind === 'OFFERED' && this.#slot.lease.id === id) {
      this.#claimed = this.#slot.lease;
      this.#slot = { kind: 'FREE' };
    }
    return actions;
  }

  /** A frame other than `declined` was read: what was claimed before it is being served. */
  confirm(): LeaseAction<T>[] {
    const claimed = this.#claimed;
    if (claimed === undefined) return [];
    this.#claimed = undefined;
    return [{ kind: 'handed', item: claimed.item }];
  }

  /** The worker closed its copy unread. */
  decline(id: number): LeaseAction<T>[] {
    if (this.#claimed?.id === id) {
      const { item } = this.#claimed;
      this.#claimed = undefined;
      return [{ kind: 'returned', item }];
    }
    const actions = this.confirm();
    if (this.#slot.kind === 'REVOKED' && this.#slot.id === id) {
      this.#slot = { kind: 'FREE' };
    } else if (this.#slot.kind === 'OFFERED' && this.#slot.lease.id === id) {
      actions.push({ kind: 'returned', item: this.#slot.lease.item });
      this.#slot = { kind: 'FREE' };
    }
    return actions;
  }

  /**
   * Gives up a lease that was seen to be past its expiry. To be called only after everything that
   * the worker wrote before the expiry has been read. The lease is named, because reading may have
   * settled it and a later one, whose claim may lie unread, may be out by now.
   */
  expire(id: number): LeaseAction<T>[] {
    if (this.#slot.kind !== 'OFFERED' || this.#slot.lease.id !== id) return [];
    const { item } = this.#slot.lease;
    this.#slot = { kind: 'REVOKED', id };
    return [{ kind: 'returned', item }];
  }

  /** The worker is gone and everything that it wrote has been read. */
  end(): LeaseAction<T>[] {
    const actions: LeaseAction<T>[] = [];
    if (this.#claimed !== undefined) actions.push({ kind: 'lost', item: this.#claimed.item });
    if (this.#slot.kind === 'OFFERED') {
      actions.push({ kind: 'returned', item: this.#slot.lease.item });
    }
    this.#claimed = undefined;
    this.#slot = { kind: 'GONE' };
    return actions;
  }
}

/** What the worker does with a connection, after its claim is written. */
export function decideClaim(expiresAt: number, now: number): 'serve' | 'decline' {
  return now < expiresAt ? 'serve' : 'decline';
}
