import type { AdmissionGroup } from './admission-group.ts';
import type { LagController } from './lag-controller.ts';
import type { Loop } from './loop.ts';
import type { Rank } from './priority.ts';
import type { RefusalReason } from './refusal-reason.ts';
import type { Ticket, TicketState, Verdict } from './ticket.ts';
import { Turns, type TurnTime } from './turns.ts';
import { WaitingRoom, type WaitingRoomOptions } from './waiting-room.ts';

export interface GateOptions extends WaitingRoomOptions {
  loop: Loop;
  lag: LagController | undefined;
  /** Numbers from 0 up to 1. */
  random: () => number;
  /** Time of one turn of the loop that is given to new requests, in milliseconds. */
  turnMs: number;
  /** Requests that may wait, over all groups. */
  maxWaiting: number;
}

/** Where a request wants in that has no ticket. */
export interface Passage {
  readonly group: AdmissionGroup<Ticket>;
  readonly isLimited: boolean;
}

const OVER: TicketState = { kind: 'OVER' };

/**
 * Lets requests in, makes them wait, or refuses them. Knows no sockets and no frameworks.
 *
 * What overloads an event loop is not seen in the number of requests in flight: a handler that
 * blocks is alone in flight while others wait for the loop, out of sight. So new requests get a
 * part of each turn of the loop; who comes when it is used up waits in a queue of ours, and the
 * loop turns once more, to see who else has come. Thus every wait is in a queue that is seen,
 * bounded and ordered, and a refusal takes no longer than one turn.
 *
 * ```
 *   turn:  | poll: arrivals are seen    | end of turn: those who wait, |
 *          | and let in while there is  | as long as there is time,    |
 *          | time, else they wait       | but at least one             |
 * ```
 *
 * Most of the time there is little to do and nothing to decide. Then requests pass without a
 * ticket: they are counted, and that is all.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #lag: LagController | undefined;
  readonly #turns: Turns;
  readonly #room: WaitingRoom;
  /** Some wait for the loop alone: new ones come after them. */
  #isBehind = false;
  #inFlight = 0;

  constructor(options: GateOptions) {
    const { loop, lag, turnMs } = options;
    this.#options = options;
    this.#lag = lag;
    this.#room = new WaitingRoom(options);
    this.#turns = new Turns({ loop, lag, turnMs, onEnd: (now, time) => this.#onTurn(now, time) });
  }

  get waiting(): number {
    return this.#room.length;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * Lets one in for which there is nothing to decide. It gives its place back by `giveBack`.
   *
   * @returns false where it needs a ticket
   */
  pass({ group, isLimited }: Passage, rank: Rank, now: number): boolean {
    if (this.#isBehind || this.#room.length > 0 || this.#lag?.isOpen === false) return false;
    if (!this.#turns.isYoung(now) || !group.pass(rank, now)) return false;
    this.#lag?.admit();
    if (isLimited) this.retake(group);
    return true;
  }

  /** Counts a handler in flight, whatever the limit: it runs already. */
  retake(group: AdmissionGroup<Ticket>): void {
    group.inFlight++;
    this.#inFlight++;
  }

  /** The handler of one that has passed has ended: its place is free. */
  giveBack(group: AdmissionGroup<Ticket>): void {
    group.inFlight--;
    this.#inFlight--;
    if (group.waiting.length > 0) this.#turns.follow(this.#now());
  }

  /**
   * Looks at a request whose body is on its way: it takes no place yet.
   *
   * @returns why its body need not be sent
   */
  vet(ticket: Ticket): RefusalReason | undefined {
    const { group, rank } = ticket;
    const wouldWait = group.waiting.length > 0 || !group.hasRoom(rank);
    const reason =
      this.#reasonToRefuse(ticket) ?? (wouldWait ? this.#reasonNotToWait(ticket) : undefined);
    if (reason === undefined) return undefined;
    group.arrived++;
    return this.#count(ticket, reason);
  }

  /** A request came. `admitted`: the caller goes on with it at once. */
  arrive(ticket: Ticket): Verdict {
    const { arrivedAt: now, group, rank } = ticket;
    group.arrived++;
    const reason = this.#reasonToRefuse(ticket);
    if (reason !== undefined) return this.#count(ticket, reason);
    this.#turns.arrive(now);
    if (this.#isBehind || this.#turns.isUsedUp(now) || !group.hasRoom(rank)) {
      return this.#line(ticket);
    }
    if (group.waiting.length > 0) return this.#line(ticket);
    this.#admit(ticket, now);
    return 'admitted';
  }

  /** A request is refused for a reason that lies outside. */
  turnAway(ticket: Ticket, reason: RefusalReason): RefusalReason {
    ticket.group.arrived++;
    return this.#count(ticket, reason);
  }

  /** Its answer has ended, well or not; or its client has left. */
  leave(ticket: Ticket, isSample: boolean): void {
    const { state, group, isLimited } = ticket;
    ticket.state = OVER;
    if (state.kind === 'WAITING') {
      group.left++;
      this.#room.drop(ticket, state.entry);
    }
    if (state.kind !== 'ADMITTED' || !isLimited) return;
    const most = group.inFlight;
    this.giveBack(group);
    if (isSample) this.#sample(group, state.at, most);
  }

  /** A limit may have grown by itself: looks whether someone who waits can be let in. */
  wake(): void {
    if (this.#room.length > 0) this.#turns.follow(this.#now());
  }

  /** It has waited for as long as anyone may. */
  expire(ticket: Ticket): void {
    const { state } = ticket;
    if (state.kind !== 'WAITING') return;
    this.#room.dropExpired(ticket, state.entry);
    this.#refuse(ticket, 'wait');
  }

  #reasonToRefuse({
    rank,
    deadlineAt,
    arrivedAt: now,
    isVetted,
  }: Ticket): RefusalReason | undefined {
    const { random, loop } = this.#options;
    const lag = this.#lag;
    if (deadlineAt <= now) return 'deadline';
    if (lag === undefined || isVetted === true) return undefined;
    lag.arrive(rank);
    if (lag.isOpen) return undefined;
    lag.look(now, () => loop.busyMs());
    return random() < lag.shareOf(rank) ? undefined : 'lag';
  }

  #line(ticket: Ticket): Verdict {
    const reason = this.#reasonNotToWait(ticket);
    if (reason !== undefined) return this.#count(ticket, reason);
    if (this.#isFull) this.#displace(ticket);
    this.#room.add(ticket);
    return 'waiting';
  }

  #reasonNotToWait(ticket: Ticket): RefusalReason | undefined {
    const { group, rank, arrivedAt: now } = ticket;
    const waitMs = group.waitOf(rank, now);
    if (waitMs > group.longestWait(rank, now)) return 'queue';
    if (group.isTooLate(ticket, now, waitMs)) return 'deadline';
    return this.#isFull && this.#room.lastBelow(rank) === undefined ? 'queue' : undefined;
  }

  get #isFull(): boolean {
    return this.#room.length >= this.#options.maxWaiting;
  }

  /** Refuses one that matters less, the last one of these, to make room. */
  #displace({ rank }: Ticket): void {
    const last = this.#room.lastBelow(rank);
    if (last?.state.kind !== 'WAITING') return;
    this.#room.drop(last, last.state.entry);
    this.#refuse(last, 'queue');
  }

  #admit(ticket: Ticket, now: number): void {
    ticket.state = { kind: 'ADMITTED', at: now };
    ticket.group.admit(now);
    this.#lag?.admit();
    if (ticket.isLimited) this.retake(ticket.group);
  }

  #sample(group: AdmissionGroup, admittedAt: number, inFlight: number): void {
    const now = this.#now();
    group.sample(now - admittedAt, inFlight, now);
  }

  #count({ group, rank }: Ticket, reason: RefusalReason): RefusalReason {
    group.refused.add(reason, rank);
    return reason;
  }

  #refuse(ticket: Ticket, reason: RefusalReason): void {
    ticket.state = OVER;
    this.#count(ticket, reason);
    ticket.refuse(reason);
  }

  #now(): number {
    return this.#options.loop.clock.now();
  }

  #onTurn(now: number, time: TurnTime): void {
    if (this.#room.length === 0) this.#isBehind = false;
    else if (time === 'used-up' && !this.#isBehind) this.#comeAgain(now);
    else this.#work(now);
  }

  #comeAgain(now: number): void {
    this.#isBehind = true;
    this.#turns.follow(now);
  }

  /** Lets in who waits, one after the other, until this turn's time is used up. */
  #work(startedAt: number): void {
    for (;;) {
      const now = this.#now();
      const next = this.#room.next();
      if (next === undefined) {
        this.#isBehind = false;
        return this.#turns.followLong(startedAt, now);
      }
      if (now - startedAt >= this.#options.turnMs) return this.#comeAgain(startedAt);
      if (this.#letIn(next, now, startedAt)) return;
    }
  }

  /** True: the work goes on when this one has gone as far as it goes. */
  #letIn(ticket: Ticket, now: number, startedAt: number): boolean {
    const { state, group } = ticket;
    if (state.kind !== 'WAITING') return false;
    this.#room.forget(ticket);
    const reason = group.depart(state.entry, now);
    if (reason !== undefined) {
      this.#refuse(ticket, reason);
      return false;
    }
    this.#admit(ticket, now);
    ticket.resume();
    this.#options.loop.afterThis(() => {
      const costMs = this.#now() - now;
      group.charge(costMs);
      this.#lag?.spent(costMs);
      this.#work(startedAt);
    });
    return true;
  }
}
