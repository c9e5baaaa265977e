import type { Clock } from '../common/clock.ts';
import type { TimerWheel, WheelEntry } from '../common/timer-wheel.ts';
import type { AdmissionGroup } from './admission-group.ts';
import type { LagController } from './lag-controller.ts';
import type { QueueEntry } from './priority-queue.ts';
import type { RefusalReason } from './refusal-reason.ts';
import type { Ticket, TicketState, Verdict } from './ticket.ts';

/** Where the gate runs: an event loop, or a simulation of one. */
export interface Loop {
  readonly clock: Clock;
  /** How long it has been busy so far, in milliseconds. */
  busyMs(): number;
  /** Calls back once per turn, after what is due now and before new events are looked for. */
  atEndOfTurn(callback: () => void): void;
  /** Calls back when what was just started has gone as far as it goes without waiting. */
  afterThis(callback: () => void): void;
}

export interface GateOptions {
  loop: Loop;
  lag: LagController | undefined;
  /** Numbers from 0 up to 1. */
  random: () => number;
  /** Time of one turn of the loop that is given to new requests, in milliseconds. */
  turnMs: number;
  /** Requests that may wait, over all groups. */
  maxWaiting: number;
  /** Ends the wait of those who waited too long; `maxWaitMs` after they came. */
  waits: TimerWheel<Ticket>;
  maxWaitMs: number;
}

const OVER: TicketState = { kind: 'OVER' };

/** A turn of at least this length is followed by one that is measured whole, in milliseconds. */
const LONG_TURN_MS = 5;

/** Before this share of its time has passed nobody asks whether a turn has ended. */
const SHORT_TURN = 0.5;

/** A loop that waited for events for this long has no turn under way, in milliseconds. */
const PAUSE_MS = 0.05;

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
 */
export class Gate {
  readonly #options: GateOptions;
  /** Groups in which someone waits. */
  readonly #active = new Set<AdmissionGroup<Ticket>>();
  readonly #waits = new Map<Ticket, WheelEntry<Ticket>>();
  /** Some wait for the loop alone: new ones come after them. */
  #isBehind = false;
  #isTurnEndDue = false;
  #turnStartedAt = 0;
  /** When the first request of this turn came, and how busy the loop had been by then. */
  #budgetStartedAt: number | undefined;
  #busyMsAtStart = 0;
  /** Time of the loop that the group had which was let in last. */
  #usedMs = 0;
  #waiting = 0;
  #inFlight = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** A request came. `admitted`: the caller goes on with it at once. */
  arrive(ticket: Ticket): Verdict {
    const { arrivedAt: now, group, rank } = ticket;
    group.arrived++;
    const reason = this.#reasonToRefuse(ticket);
    if (reason !== undefined) return this.#count(ticket, reason);
    this.#startTurn(now);
    if (this.#isBehind || this.#isTurnOver(now) || !group.hasRoom(rank)) return this.#line(ticket);
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
      this.#takeOut(ticket, state.entry);
    }
    if (state.kind !== 'ADMITTED' || !isLimited) return;
    const most = group.inFlight;
    group.inFlight--;
    this.#inFlight--;
    if (isSample) this.#sample(group, state.at, most);
    if (group.waiting.length > 0) this.#endTurnSoon(this.#options.loop.clock.now());
  }

  /** A limit may have grown by itself: looks whether someone who waits can be let in. */
  wake(): void {
    if (this.#waiting > 0) this.#endTurnSoon(this.#options.loop.clock.now());
  }

  /** It has waited for as long as anyone may. */
  expire(ticket: Ticket): void {
    const { state } = ticket;
    if (state.kind !== 'WAITING') return;
    // The wheel has taken it out already.
    this.#waits.delete(ticket);
    this.#takeOut(ticket, state.entry);
    this.#refuse(ticket, 'wait');
  }

  #reasonToRefuse({ rank, deadlineAt, arrivedAt: now }: Ticket): RefusalReason | undefined {
    const { lag, random } = this.#options;
    if (deadlineAt <= now) return 'deadline';
    if (lag === undefined) return undefined;
    lag.arrive(rank);
    if (lag.isOpen) return undefined;
    lag.look(now, this.#busyMs);
    return random() < lag.shareOf(rank) ? undefined : 'lag';
  }

  #line(ticket: Ticket): Verdict {
    const { group, rank, arrivedAt: now } = ticket;
    const waitMs = group.waitOf(rank, now);
    if (waitMs > group.longestWait(rank, now)) return this.#count(ticket, 'queue');
    if (group.isTooLate(ticket, now, waitMs)) return this.#count(ticket, 'deadline');
    if (this.#waiting >= this.#options.maxWaiting && !this.#displace(ticket)) {
      return this.#count(ticket, 'queue');
    }
    ticket.state = { kind: 'WAITING', entry: group.line(ticket) };
    this.#waiting++;
    if (!this.#active.has(group)) this.#activate(group);
    this.#waits.set(ticket, this.#options.waits.add(ticket, now + this.#options.maxWaitMs));
    return 'waiting';
  }

  /** Who had nothing to do for a while gets no more for it than the others now. */
  #activate(group: AdmissionGroup<Ticket>): void {
    group.usedMs = Math.max(group.usedMs, this.#usedMs);
    this.#active.add(group);
  }

  /** Refuses one that matters less, the last one of these, to make room. */
  #displace({ rank }: Ticket): boolean {
    let last: Ticket | undefined;
    for (const { waiting } of this.#active) {
      const entry = waiting.last;
      if (entry !== undefined && entry.rank > (last?.rank ?? rank)) last = entry.item;
    }
    if (last === undefined) return false;
    const { state } = last;
    if (state.kind !== 'WAITING') return false;
    this.#takeOut(last, state.entry);
    this.#refuse(last, 'queue');
    return true;
  }

  /** Takes one out that waits no longer. */
  #takeOut(ticket: Ticket, entry: QueueEntry<Ticket>): void {
    ticket.group.drop(entry);
    this.#forget(ticket);
  }

  #forget(ticket: Ticket): void {
    this.#waiting--;
    const wait = this.#waits.get(ticket);
    if (wait === undefined) return;
    this.#waits.delete(ticket);
    this.#options.waits.remove(wait);
  }

  #admit(ticket: Ticket, now: number): void {
    ticket.state = { kind: 'ADMITTED', at: now };
    ticket.group.admitted++;
    this.#options.lag?.admit();
    if (!ticket.isLimited) return;
    ticket.group.inFlight++;
    this.#inFlight++;
  }

  #sample(group: AdmissionGroup, admittedAt: number, inFlight: number): void {
    const now = this.#options.loop.clock.now();
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

  /**
   * Hears of the end of a turn only when the loop is busy. To be called back in every turn costs a
   * loop that has little to do more than all the rest of admission.
   */
  #startTurn(now: number): void {
    const startedAt = this.#budgetStartedAt;
    if (startedAt === undefined) {
      this.#openTurn(now, this.#busyMs());
      // Who refuses must know every turn.
      if (this.#options.lag?.isOpen === false) this.#endTurnSoon(now);
    } else if (!this.#isTurnEndDue && now - startedAt >= SHORT_TURN * this.#options.turnMs) {
      this.#look(startedAt, now);
    }
  }

  #openTurn(now: number, busyMs: number): void {
    this.#budgetStartedAt = now;
    this.#busyMsAtStart = busyMs;
  }

  /** Begins a turn when the loop has paused since the last one did; else waits for its end. */
  #look(startedAt: number, now: number): void {
    const busyMs = this.#busyMs();
    const spentMs = busyMs - this.#busyMsAtStart;
    const pausedMs = now - startedAt - spentMs;
    const isLong = spentMs >= this.#options.turnMs && spentMs > pausedMs;
    if (pausedMs < PAUSE_MS || isLong) return this.#endTurnSoon(startedAt);
    this.#options.lag?.turn(spentMs);
    this.#options.lag?.look(now, this.#busyMs);
    this.#openTurn(now, busyMs);
  }

  /** Whether this turn's time for new requests is used up. */
  #isTurnOver(now: number): boolean {
    return now - (this.#budgetStartedAt ?? now) >= this.#options.turnMs;
  }

  #endTurnSoon(now: number): void {
    if (this.#isTurnEndDue) return;
    this.#isTurnEndDue = true;
    this.#turnStartedAt = now;
    this.#options.loop.atEndOfTurn(this.#endTurn);
  }

  readonly #busyMs = (): number => this.#options.loop.busyMs();

  readonly #endTurn = (): void => {
    const now = this.#options.loop.clock.now();
    const lengthMs = now - this.#turnStartedAt;
    const isOver = this.#isTurnOver(now);
    this.#isTurnEndDue = false;
    this.#budgetStartedAt = undefined;
    this.#options.lag?.turn(lengthMs);
    this.#options.lag?.look(now, this.#busyMs);
    // From here to the next end of a turn is a whole one.
    if (lengthMs >= LONG_TURN_MS) this.#endTurnSoon(now);
    if (this.#waiting === 0) this.#isBehind = false;
    else if (isOver && !this.#isBehind) this.#comeAgain(now);
    else this.#work(now);
  };

  #comeAgain(now: number): void {
    this.#isBehind = true;
    this.#endTurnSoon(now);
  }

  /** Lets in who waits, one after the other, until this turn's time is used up. */
  #work(startedAt: number): void {
    for (;;) {
      const now = this.#options.loop.clock.now();
      const next = this.#next();
      if (next === undefined) {
        this.#isBehind = false;
        if (now - startedAt >= LONG_TURN_MS) this.#endTurnSoon(startedAt);
        return;
      }
      if (now - startedAt >= this.#options.turnMs) return this.#comeAgain(startedAt);
      if (this.#letIn(next, now, startedAt)) return;
    }
  }

  /** True: the work goes on when this one has gone as far as it goes. */
  #letIn(ticket: Ticket, now: number, startedAt: number): boolean {
    const { state, group } = ticket;
    if (state.kind !== 'WAITING') return false;
    this.#forget(ticket);
    const reason = group.depart(state.entry, now);
    if (reason !== undefined) {
      this.#refuse(ticket, reason);
      return false;
    }
    this.#admit(ticket, now);
    ticket.resume();
    this.#options.loop.afterThis(() => {
      const costMs = this.#options.loop.clock.now() - now;
      group.charge(costMs);
      this.#options.lag?.spent(costMs);
      this.#work(startedAt);
    });
    return true;
  }

  /** The most important one for whom there is room; among equals, of the group that had least. */
  #next(): Ticket | undefined {
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
}
