import type { TimerWheel, WheelEntry } from '../common/timer-wheel.ts';
import type { AdmissionGroup } from './admission-group.ts';
import type { QueueEntry } from './priority-queue.ts';
import type { Rank } from './priority.ts';
import type { Ticket } from './ticket.ts';

export interface WaitingRoomOptions {
  /** Ends the wait of those who waited too long; `maxWaitMs` after they came. */
  waits: TimerWheel<Ticket>;
  maxWaitMs: number;
}

/** All who wait, over all groups: who comes next, and who must go first. */
export class WaitingRoom {
  readonly #options: WaitingRoomOptions;
  /** Groups in which someone waits. */
  readonly #active = new Set<AdmissionGroup<Ticket>>();
  readonly #waits = new Map<Ticket, WheelEntry<Ticket>>();
  /** Time of the loop that the group had which was let in last. */
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

  /** Takes one out that waits no longer: it left, or is refused. */
  drop(ticket: Ticket, entry: QueueEntry<Ticket>): void {
    ticket.group.drop(entry);
    this.forget(ticket);
  }

  /** The same for one that the wheel has taken out of its own accord. */
  dropExpired(ticket: Ticket, entry: QueueEntry<Ticket>): void {
    this.#waits.delete(ticket);
    this.drop(ticket, entry);
  }

  /** The queue of its group has given it up already. */
  forget(ticket: Ticket): void {
    this.#length--;
    const wait = this.#waits.get(ticket);
    if (wait === undefined) return;
    this.#waits.delete(ticket);
    this.#options.waits.remove(wait);
  }

  /** Who would come out last of those that matter less than `rank`. */
  lastBelow(rank: Rank): Ticket | undefined {
    let last: Ticket | undefined;
    for (const { waiting } of this.#active) {
      const entry = waiting.last;
      if (entry !== undefined && entry.rank > (last?.rank ?? rank)) last = entry.item;
    }
    return last;
  }

  /** The most important one for whom there is room; among equals, of the group that had least. */
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

  /** Who had nothing to do for a while gets no more for it than the others now. */
  #activate(group: AdmissionGroup<Ticket>): void {
    group.usedMs = Math.max(group.usedMs, this.#usedMs);
    this.#active.add(group);
  }
}
