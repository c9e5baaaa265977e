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
  /** Returns numbers in [0, 1). */
  random: () => number;
  /** Whether connections may have to end: memory is short, or requests were refused lately. */
  isPressed?: (now: number) => boolean;
  /** Time per event loop turn for new requests; it may change. */
  readonly turnMs: number;
  /** Requests that may wait, over all groups; it may change. */
  readonly maxQueue: number;
}

/** Destination of a request without a ticket. */
export interface Passage {
  readonly group: AdmissionGroup<Ticket>;
  readonly isLimited: boolean;
}

const OVER: TicketState = { kind: 'OVER' };

/**
 * Admits requests, queues them or refuses them. Independent of sockets and frameworks.
 *
 * The number of requests in flight does not show an overloaded event loop: a blocking handler is
 * alone in flight while others wait unseen for the loop. So each turn of the loop has a time budget
 * for new requests. A request that comes after the budget is used up waits in our queue, and the
 * loop turns once more to collect other arrivals. Every wait is thus in a visible, bounded, ordered
 * queue, and a refusal takes at most one turn.
 *
 * ```
 *   turn:  | poll: admits arrivals while | end of turn: admits waiting |
 *          | the budget lasts, queues    | requests while the budget   |
 *          | the rest                    | lasts, but at least one     |
 * ```
 *
 * At low load requests pass without a ticket and are only counted.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #lag: LagController | undefined;
  readonly #turns: Turns;
  readonly #room: WaitingRoom;
  /** Requests wait for the loop itself; new ones queue behind them. */
  #isBehind = false;
  /** Whether nothing waits, neither here nor for the loop; when false it may be out of date. */
  #isCalm = true;
  /** Until when requests pass without another look at the loop, its lag and the pressure. */
  #freeUntil = -Infinity;
  /** Requests that passed since the lag controller learned of them. */
  #passed = 0;
  #inFlight = 0;

  constructor(options: GateOptions) {
    const { loop, lag } = options;
    this.#options = options;
    this.#lag = lag;
    this.#room = new WaitingRoom(options);
    this.#turns = new Turns({
      loop,
      lag,
      adjust: (now) => this.adjust(now),
      turnMs: () => options.turnMs,
      onEnd: (now, time) => this.#onTurn(now, time),
    });
  }

  get waiting(): number {
    return this.#room.length;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * Admits a request at low load; its handler calls `giveBack` when it ends.
   *
   * @returns false if it needs a ticket
   */
  pass({ group, isLimited }: Passage, rank: Rank, now: number): boolean {
    if (now >= this.#freeUntil && !this.#isFree(now)) return false;
    if (!group.pass(rank, now)) return false;
    this.#passed++;
    if (isLimited) this.retake(group);
    return true;
  }

  /** Adjusts the fraction of requests that is admitted, at most every 100 ms. */
  adjust(now: number): void {
    this.#freeUntil = -Infinity;
    this.#lag?.admit(this.#passed);
    this.#passed = 0;
    this.#lag?.look(now, this.#idleMs);
  }

  /** Counts a handler in flight regardless of the limit: it already runs. */
  retake(group: AdmissionGroup<Ticket>): void {
    group.inFlight++;
    this.#inFlight++;
  }

  /** Frees the place of a handler that has ended. */
  giveBack(group: AdmissionGroup<Ticket>): void {
    group.inFlight--;
    this.#inFlight--;
    if (!this.#isCalm && group.waiting.length > 0) this.#turns.follow(this.#now());
  }

  /**
   * Checks a request whose body is incoming; it takes no place yet.
   *
   * @returns the reason to refuse before the body is sent
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

  /** Decides on a new request; on `admitted` the caller continues at once. */
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

  /** Counts a request that is refused for an external reason. */
  turnAway(ticket: Ticket, reason: RefusalReason): RefusalReason {
    ticket.group.arrived++;
    return this.#count(ticket, reason);
  }

  /** Ends a ticket: its handler has ended or its client has left. */
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

  /** Lets waiting requests in if a limit has grown by itself. */
  wake(): void {
    if (this.#room.length > 0) this.#turns.follow(this.#now());
  }

  /** Refuses a request that has waited for the maximum time. */
  expire(ticket: Ticket): void {
    const { state } = ticket;
    if (state.kind !== 'WAITING') return;
    this.#room.dropExpired(ticket, state.entry);
    this.#refuse(ticket, 'wait');
  }

  /** Whether nothing stands in the way of a request; if so, notes until when that holds. */
  #isFree(now: number): boolean {
    this.#isCalm ||= !this.#isBehind && this.#room.length === 0;
    if (!this.#isCalm || this.#lag?.isOpen === false) return false;
    if (this.#options.isPressed?.(now) === true) return false;
    this.#freeUntil = this.#turns.youngUntil(now);
    return now < this.#freeUntil;
  }

  /** Something waits: every request asks again. */
  #stir(): void {
    this.#isCalm = false;
    this.#freeUntil = -Infinity;
  }

  #reasonToRefuse({
    rank,
    deadlineAt,
    arrivedAt: now,
    isVetted,
  }: Ticket): RefusalReason | undefined {
    const { random } = this.#options;
    const lag = this.#lag;
    if (deadlineAt <= now) return 'deadline';
    if (lag === undefined || isVetted === true) return undefined;
    lag.arrive(rank);
    if (lag.isOpen) return undefined;
    this.adjust(now);
    return random() < lag.shareOf(rank) ? undefined : 'lag';
  }

  #line(ticket: Ticket): Verdict {
    const reason = this.#reasonNotToWait(ticket);
    if (reason !== undefined) return this.#count(ticket, reason);
    if (this.#isFull) this.#displace(ticket);
    this.#room.add(ticket);
    this.#stir();
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
    return this.#room.length >= this.#options.maxQueue;
  }

  /** Refuses the last waiting request of lower priority, to make room. */
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

  readonly #idleMs = (): number => this.#options.loop.idleMs();

  #onTurn(now: number, time: TurnTime): void {
    if (this.#room.length === 0) this.#isBehind = false;
    else if (time === 'used-up' && !this.#isBehind) this.#comeAgain(now);
    else this.#work(now);
  }

  #comeAgain(now: number): void {
    this.#isBehind = true;
    this.#stir();
    this.#turns.follow(now);
  }

  /** Admits waiting requests, one after another, until this turn's budget is used up. */
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

  /** Returns true if the request was admitted: work continues after its first synchronous run. */
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
