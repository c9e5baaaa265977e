/**
 * Lease of a connection: lets the primary take it back from a worker that is merely blocked,
 * without two readers and without a round trip.
 *
 * The primary sends a connection with an expiry on the clock that all processes of a machine share,
 * and keeps its own copy open. The worker writes its claim **and then** reads the clock: before the
 * expiry it serves, otherwise it closes its copy and writes `declined`. The primary gives a lease
 * up only after it has read everything written before the expiry. So a claim written in time has
 * been read; a late one is declined by the worker itself.
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
 * Frames arrive in the order in which they were written, so the first frame after a claim shows
 * whether it was followed by `declined`: no second frame per connection is needed.
 */
export interface ClaimLease<T> {
  readonly id: number;
  readonly item: T;
  readonly expiresAt: number;
}

/** What the primary must do with a connection. */
export type LeaseAction<T> =
  /** A worker serves it: close the primary's copy. */
  | { kind: 'handed'; item: T }
  /** No worker serves it: back to the head of the queue. */
  | { kind: 'returned'; item: T }
  /** The worker is gone and may have read from it: close it. */
  | { kind: 'lost'; item: T };

/** An unclaimed lease, or a revoked one whose `declined` is awaited. */
type Out<T> = { kind: 'OFFERED'; lease: ClaimLease<T> } | { kind: 'REVOKED'; id: number };

/**
 * Most unclaimed leases of a worker. Node holds the second in the primary until the first is
 * acknowledged, then sends it at once: otherwise the worker would idle while its claim travels.
 */
const MAX_OUT = 2;

/** The primary's side of one worker's leases. */
export class LeaseHolder<T> {
  /** In order of the offers, which is the order of the worker's answers. */
  readonly #out: Out<T>[] = [];
  /** Claimed, but with no later frame read: it may still be declined. */
  #claimed: ClaimLease<T> | undefined;
  #isGone = false;

  /** Whether a lease may be offered: not while the answer to an expired one is awaited. */
  get isFree(): boolean {
    return !this.#isGone && this.#out.length < MAX_OUT && this.#out[0]?.kind !== 'REVOKED';
  }

  /** Number of unclaimed leases. */
  get unclaimed(): number {
    return this.#out.reduce((count, { kind }) => count + (kind === 'OFFERED' ? 1 : 0), 0);
  }

  /** The unclaimed lease that expires first. */
  get offered(): ClaimLease<T> | undefined {
    return firstToExpire(this.#out.flatMap((one) => (one.kind === 'OFFERED' ? [one.lease] : [])));
  }

  /** Number of connections neither handed nor returned. */
  get pending(): number {
    return this.unclaimed + (this.#claimed === undefined ? 0 : 1);
  }

  offer(lease: ClaimLease<T>): boolean {
    if (!this.isFree) return false;
    this.#out.push({ kind: 'OFFERED', lease });
    return true;
  }

  /** Handles a claim. The claim of a revoked lease changes nothing. */
  claim(id: number): LeaseAction<T>[] {
    const actions = this.confirm();
    const [first] = this.#out;
    if (first?.kind !== 'OFFERED' || first.lease.id !== id) return actions;
    this.#claimed = first.lease;
    this.#out.shift();
    return actions;
  }

  /** Handles a frame other than `declined`: the connection claimed before it is being served. */
  confirm(): LeaseAction<T>[] {
    const claimed = this.#claimed;
    if (claimed === undefined) return [];
    this.#claimed = undefined;
    return [{ kind: 'handed', item: claimed.item }];
  }

  /** Handles `declined`: the worker closed its copy unread. */
  decline(id: number): LeaseAction<T>[] {
    if (this.#claimed?.id === id) {
      const { item } = this.#claimed;
      this.#claimed = undefined;
      return [{ kind: 'returned', item }];
    }
    const actions = this.confirm();
    const [first] = this.#out;
    if (first === undefined || idOf(first) !== id) return actions;
    this.#out.shift();
    if (first.kind === 'OFFERED') actions.push({ kind: 'returned', item: first.lease.item });
    return actions;
  }

  /**
   * Revokes a lease seen past its expiry. Call it only once everything that the worker wrote before
   * the expiry has been read. Takes an id, because reading may have settled that lease, and a later
   * one, its claim still unread, may be open by now.
   */
  expire(id: number): LeaseAction<T>[] {
    const index = this.#out.findIndex((one) => idOf(one) === id);
    const one = this.#out[index];
    if (one?.kind !== 'OFFERED') return [];
    this.#out[index] = { kind: 'REVOKED', id };
    return [{ kind: 'returned', item: one.lease.item }];
  }

  /** Ends all leases of a dead worker. Requires that everything it wrote has been read. */
  end(): LeaseAction<T>[] {
    const actions: LeaseAction<T>[] = [];
    if (this.#claimed !== undefined) actions.push({ kind: 'lost', item: this.#claimed.item });
    // Newest first: returned connections go to the head of the queue.
    for (const one of this.#out.toReversed()) {
      if (one.kind === 'OFFERED') actions.push({ kind: 'returned', item: one.lease.item });
    }
    this.#claimed = undefined;
    this.#out.length = 0;
    this.#isGone = true;
    return actions;
  }
}

/** The lease that expires first; of equals the one offered first. */
export function firstToExpire<T>(leases: readonly ClaimLease<T>[]): ClaimLease<T> | undefined {
  let first: ClaimLease<T> | undefined;
  for (const lease of leases) {
    const isLater =
      first !== undefined &&
      (lease.expiresAt > first.expiresAt ||
        (lease.expiresAt === first.expiresAt && lease.id > first.id));
    if (!isLater) first = lease;
  }
  return first;
}

function idOf<T>(one: Out<T>): number {
  return one.kind === 'OFFERED' ? one.lease.id : one.id;
}

/** Decides what the worker does with a connection, after writing its claim. */
export function decideClaim(expiresAt: number, now: number): 'serve' | 'decline' {
  return now < expiresAt ? 'serve' : 'decline';
}
