import type { TimerWheel, WheelEntry } from '../common/timer-wheel.ts';
import type { AdmissionGroup } from './admission-group.ts';
import type { QueueEntry } from './priority-queue.ts';
import type { Rank } from './priority.ts';
import type { Ticket } from './ticket.ts';

export interface WaitingRoomOptions {
  /** Expires waits, `maxWaitMs` after arrival. */
  waits: TimerWheel<Ticket>;
  maxWaitMs: number;
}

/** Waiting requests of all groups: picks the next to admit and the first to displace. */
export class WaitingRoom {
  readonly #options: WaitingRoomOptions;
  /** Groups with waiting requests. */
  readonly #active = new Set<AdmissionGroup<Ticket>>();
  readonly #waits = new Map<Ticket, WheelEntry<Ticket>>();
  /** Loop time of the group admitted last. */
  #usedMs = 0;
  #length = 0;

  constructor(options: WaitingRoomOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#length;
  }

  add(ticket: Ticket): void {
    const { group, arrivedAt } = ticket;
    const { waits, maxWaitMs } = this.#options;
    ticket.state = { kind: 'WAITING', entry: group.line(ticket) };
    this.#length++;
    if (!this.#active.has(group)) this.#activate(group);
    this.#waits.set(ticket, waits.add(ticket, arrivedAt + maxWaitMs));
  }

  /** Removes a ticket that left or is refused. */
  drop(ticket: Ticket, entry: QueueEntry<Ticket>): void {
    ticket.group.drop(entry);
    this.forget(ticket);
  }

  /** Removes a ticket that the timer wheel has already expired. */
  dropExpired(ticket: Ticket, entry: QueueEntry<Ticket>): void {
    this.#waits.delete(ticket);
    this.drop(ticket, entry);
  }

  /** Removes a ticket that its group's queue has already released. */
  forget(ticket: Ticket): void {
    this.#length--;
    const wait = this.#waits.get(ticket);
    if (wait === undefined) return;
    this.#waits.delete(ticket);
    this.#options.waits.remove(wait);
  }

  /** The last ticket in line among those of lower priority than `rank`. */
  lastBelow(rank: Rank): Ticket | undefined {
    let last: Ticket | undefined;
    for (const { waiting } of this.#active) {
      const entry = waiting.last;
      if (entry !== undefined && entry.rank > (last?.rank ?? rank)) last = entry.item;
    }
    return last;
  }

  /** The most important ticket with room; among equals, of the group with the least loop time. */
  next(): Ticket | undefined {
    let best: Ticket | undefined;
    let leastMs = Infinity;
    for (const group of this.#active) {
      const entry = group.waiting.first;
      if (entry === undefined) this.#active.delete(group);
      if (entry === undefined || !group.hasRoom(entry.rank)) continue;
      const isBetter =
        best === undefined ||
        entry.rank < best.rank ||
        (entry.rank === best.rank && group.usedMs < leastMs);
      if (!isBetter) continue;
      best = entry.item;
      leastMs = group.usedMs;
    }
    if (best !== undefined) this.#usedMs = leastMs;
    return best;
  }

  /** Raises an idle group to the current level, so that it has no advantage for past idleness. */
  #activate(group: AdmissionGroup<Ticket>): void {
    group.usedMs = Math.max(group.usedMs, this.#usedMs);
    this.#active.add(group);
  }
}
