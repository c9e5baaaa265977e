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

/** A lease that waits for its claim, or one that was given up and whose `declined` is awaited. */
type Out<T> = { kind: 'OFFERED'; lease: Lease<T> } | { kind: 'REVOKED'; id: number };

/**
 * Most leases of a worker that wait for their claims. The second lies in the primary, queued by
 * Node behind the acknowledgement of the first one, which then sends it at once: without it the
 * worker would idle while its claim travels.
 */
const MAX_OUT = 2;

/** The primary's side of the leases of one worker. */
export class LeaseHolder<T> {
  /** In the order of the offers, which is the order in which the worker answers them. */
  readonly #out: Out<T>[] = [];
  /** Claimed, and no later frame read yet: it could still be declined. */
  #claimed: Lease<T> | undefined;
  #isGone = false;

  /** Whether a connection may be offered: not while an answer to a lease that expired is due. */
  get isFree(): boolean {
    return !this.#isGone && this.#out.length < MAX_OUT && this.#out[0]?.kind !== 'REVOKED';
  }

  /** How many leases wait for their claims. */
  get unclaimed(): number {
    return this.#out.reduce((count, { kind }) => count + (kind === 'OFFERED' ? 1 : 0), 0);
  }

  /** The lease that expires first of those that wait for their claims. */
  get offered(): Lease<T> | undefined {
    return firstToExpire(this.#out.flatMap((one) => (one.kind === 'OFFERED' ? [one.lease] : [])));
  }

  /** Connections that are neither handed nor returned. */
  get pending(): number {
    return this.unclaimed + (this.#claimed === undefined ? 0 : 1);
  }

  offer(lease: Lease<T>): boolean {
    if (!this.isFree) return false;
    this.#out.push({ kind: 'OFFERED', lease });
    return true;
  }

  /** A claim was read. A claim of a lease that was given up changes nothing. */
  claim(id: number): LeaseAction<T>[] {
    const actions = this.confirm();
    const [first] = this.#out;
    if (first?.kind !== 'OFFERED' || first.lease.id !== id) return actions;
    this.#claimed = first.lease;
    this.#out.shift();
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
    const [first] = this.#out;
    if (first === undefined || idOf(first) !== id) return actions;
    this.#out.shift();
    if (first.kind === 'OFFERED') actions.push({ kind: 'returned', item: first.lease.item });
    return actions;
  }

  /**
   * Gives up a lease that was seen to be past its expiry. To be called only after everything that
   * the worker wrote before the expiry has been read. The lease is named, because reading may have
   * settled it and a later one, whose claim may lie unread, may be out by now.
   */
  expire(id: number): LeaseAction<T>[] {
    const index = this.#out.findIndex((one) => idOf(one) === id);
    const one = this.#out[index];
    if (one?.kind !== 'OFFERED') return [];
    this.#out[index] = { kind: 'REVOKED', id };
    return [{ kind: 'returned', item: one.lease.item }];
  }

  /** The worker is gone and everything that it wrote has been read. */
  end(): LeaseAction<T>[] {
    const actions: LeaseAction<T>[] = [];
    if (this.#claimed !== undefined) actions.push({ kind: 'lost', item: this.#claimed.item });
    // The oldest last: what is returned goes to the head of the queue.
    for (const one of this.#out.toReversed()) {
      if (one.kind === 'OFFERED') actions.push({ kind: 'returned', item: one.lease.item });
    }
    this.#claimed = undefined;
    this.#out.length = 0;
    this.#isGone = true;
    return actions;
  }
}

/** Of equals the one that was offered first. */
export function firstToExpire<T>(leases: readonly Lease<T>[]): Lease<T> | undefined {
  let first: Lease<T> | undefined;
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

/** What the worker does with a connection, after its claim is written. */
export function decideClaim(expiresAt: number, now: number): 'serve' | 'decline' {
  return now < expiresAt ? 'serve' : 'decline';
}
