import { CoDel } from '../common/codel.ts';
import { DepartureRate } from './departure-rate.ts';
import type { Limiter } from './limiter.ts';
import { PriorityQueue, type QueueEntry } from './priority-queue.ts';
import { type Rank, shareOf } from './priority.ts';
import { RefusalCounts } from './refusal-counts.ts';
import type { RefusalReason } from './refusal-reason.ts';
import { RunningMedian } from './running-median.ts';

/** The properties of a request that a group decides by. */
export interface Candidate {
  readonly rank: Rank;
  readonly arrivedAt: number;
  /** Deadline in milliseconds on the gate's clock; `Infinity`: none. */
  readonly deadlineAt: number;
}

export interface AdmissionGroupOptions {
  name: string;
  limiter: Limiter;
  /** Upper bound of any wait. */
  maxWaitMs: number;
  /** A shorter expected wait is never a reason to refuse. */
  acceptableWaitMs: number;
}

/**
 * Longest acceptable wait, in departures: a fixed time would not suit both fast and slow handlers.
 * In an M/D/1 queue at 80 % of capacity, chance makes 1 in 200 waits reach eight departures, and
 * hardly any at lower load. Waits below `acceptableWaitMs` always pass.
 */
const LONG_WAIT = { departures: 10 } as const;
/** CoDel target: a fifth of the acceptable wait. */
const TARGET = { departures: 5, ofAcceptable: 0.2 } as const;
const INTERVAL = { departures: 10, leastMs: 200 } as const;

/** Max wait in a standing queue, in CoDel targets; below the 2 at which CoDel drops. */
const STANDING = 1.6;

/** Weight of a new sample in the mean cost. */
const COST_WEIGHT = 0.1;

/** Share of the limit below which every priority has room. */
const CALM = 0.25;

/** Sampling interval of answers at low load; more samples add no information. */
const MEASURE_EVERY_MS = 25;

/** Requests that share a limit and a queue; by default those of one route. */
export class AdmissionGroup<T extends Candidate = Candidate> {
  readonly name: string;
  readonly limiter: Limiter;
  readonly waiting = new PriorityQueue<T>();
  readonly refused = new RefusalCounts();
  inFlight = 0;
  arrived = 0;
  admitted = 0;
  /** Clients that left while waiting. */
  left = 0;
  /** Event loop time used so far; the group with the least goes first. */
  usedMs = 0;
  readonly #maxWaitMs: number;
  readonly #acceptableWaitMs: number;
  readonly #targetMs: number;
  readonly #codel: CoDel;
  readonly #departures = new DepartureRate();
  /** Per rank: departures of a low rank may be far apart while higher ranks go first. */
  readonly #byRank = [
    new DepartureRate(),
    new DepartureRate(),
    new DepartureRate(),
    new DepartureRate(),
  ] as const;
  readonly #durations = new RunningMedian();
  #costMs = 0;
  /** Most important rank seen; nothing is reserved above it. */
  #top: Rank = 3;
  #measuredAt = -Infinity;
  /** In-flight count below which load is low; updated with each measured request. */
  #calmBelow = 0;

  constructor({ name, limiter, maxWaitMs, acceptableWaitMs }: AdmissionGroupOptions) {
    this.#acceptableWaitMs = acceptableWaitMs;
    this.#targetMs = TARGET.ofAcceptable * acceptableWaitMs;
    this.#codel = new CoDel({ targetMs: this.#targetMs, intervalMs: INTERVAL.leastMs });
    this.name = name;
    this.limiter = limiter;
    this.#maxWaitMs = maxWaitMs;
  }

  /** Approximate median duration of an answer. */
  get medianMs(): number {
    return this.#durations.value;
  }

  /** Admits and counts a request, unless load is too high or a measurement is due. */
  pass(rank: Rank, now: number): boolean {
    if (this.inFlight >= this.#calmBelow) return false;
    if (now - this.#measuredAt >= MEASURE_EVERY_MS) return false;
    this.#see(rank);
    this.arrived++;
    this.admitted++;
    return true;
  }

  /** Counts an admitted request whose answer is measured. */
  admit(now: number): void {
    this.#measuredAt = now;
    this.#calmBelow = Math.ceil(CALM * this.limiter.limit);
    this.admitted++;
  }

  /** Whether one more request of this rank may be in flight. */
  hasRoom(rank: Rank): boolean {
    this.#see(rank);
    const limit = this.limiter.limit * shareOf(rank, this.#top);
    // A limit below 1 would block the group forever.
    return this.inFlight < (limit >= 1 ? limit : 1);
  }

  /** Appends a request to the queue. */
  line(ticket: T): QueueEntry<T> {
    const { rank, arrivedAt } = ticket;
    this.#departures.arrive(arrivedAt);
    this.#byRank[rank].arrive(arrivedAt);
    return this.waiting.push(ticket, rank);
  }

  /** Estimated wait of a new request of this rank, in milliseconds. */
  waitOf(rank: Rank, now: number): number {
    const own = this.#byRank[rank];
    return Math.max(
      this.waiting.aheadOf(rank) * this.#intervalMs(now),
      this.waiting.lengthOf(rank) * own.intervalMs(now),
      // A stalled queue predicts more stalling.
      own.stalledMs(now),
    );
  }

  /** Longest estimated wait that is accepted for this rank, in milliseconds. */
  longestWait(rank: Rank, now: number): number {
    const intervalMs = this.#intervalMs(now);
    const boundMs = this.#codel.isOverloaded
      ? STANDING * Math.max(this.#targetMs, TARGET.departures * intervalMs)
      : Math.max(this.#acceptableWaitMs, LONG_WAIT.departures * intervalMs);
    return Math.min(this.#maxWaitMs, boundMs) * shareOf(rank, this.#top);
  }

  /** Dequeues a request; returns a reason if it must be refused after all. */
  depart(entry: QueueEntry<T>, now: number): RefusalReason | undefined {
    this.waiting.remove(entry);
    this.#departures.depart(now, this.waiting.length === 0);
    this.#byRank[entry.rank].depart(now, this.waiting.lengthOf(entry.rank) === 0);
    const waitedMs = now - entry.item.arrivedAt;
    const intervalMs = this.#intervalMs(now);
    this.#codel.targetMs = Math.max(this.#targetMs, TARGET.departures * intervalMs);
    this.#codel.intervalMs = Math.max(INTERVAL.leastMs, INTERVAL.departures * intervalMs);
    const isStanding = this.#codel.shouldDrop(waitedMs, now);
    if (waitedMs > this.#maxWaitMs) return 'wait';
    if (this.isTooLate(entry.item, now)) return 'deadline';
    return isStanding && entry.rank > 0 ? 'codel' : undefined;
  }

  /** Removes a waiting request that left or was refused. */
  drop(entry: QueueEntry<T>): void {
    this.waiting.remove(entry);
    if (this.waiting.length === 0) this.#departures.clear();
    if (this.waiting.lengthOf(entry.rank) === 0) this.#byRank[entry.rank].clear();
  }

  /**
   * Whether the answer would miss its deadline after waiting for `waitMs`. With nothing in flight,
   * any time left suffices; otherwise we would never notice that latency has recovered.
   */
  isTooLate({ deadlineAt }: Candidate, now: number, waitMs = 0): boolean {
    const remainingMs = deadlineAt - now;
    if (remainingMs <= 0) return true;
    return this.inFlight > 0 && remainingMs < waitMs + this.medianMs;
  }

  /** Records the duration of a successful answer. */
  sample(durationMs: number, inFlight: number, now: number): void {
    this.#durations.see(durationMs);
    this.limiter.sample(durationMs, inFlight, now);
  }

  /** Records the event loop time that a request took. */
  charge(costMs: number): void {
    this.usedMs += costMs;
    this.#costMs += COST_WEIGHT * (costMs - this.#costMs);
  }

  #see(rank: Rank): void {
    if (rank < this.#top) this.#top = rank;
  }

  /** Mean time between departures; never below the loop time that one request costs. */
  #intervalMs(now: number): number {
    return Math.max(this.#costMs, this.#departures.intervalMs(now));
  }
}
