import { CoDel } from '../common/codel.ts';
import { DepartureRate } from './departure-rate.ts';
import type { Limiter } from './limiter.ts';
import { PriorityQueue, type QueueEntry } from './priority-queue.ts';
import { type Rank, shareOf } from './priority.ts';
import { RefusalCounts } from './refusal-counts.ts';
import type { RefusalReason } from './refusal-reason.ts';
import { RunningMedian } from './running-median.ts';

/** What a group needs to know of a request. */
export interface Candidate {
  readonly rank: Rank;
  readonly arrivedAt: number;
  /** When its time is up, in milliseconds; `Infinity`: never. */
  readonly deadlineAt: number;
}

export interface AdmissionGroupOptions {
  name: string;
  limiter: Limiter;
  /** Nobody waits longer than this, in milliseconds. */
  maxWaitMs: number;
  /** A wait up to this is never too long, in milliseconds. @default 100 */
  acceptableWaitMs?: number;
}

/**
 * Waits are bounded in departures, because what is long depends on what is waited for: eight
 * departures are reached by chance once in two hundred times at four fifths of the capacity, and
 * hardly ever below (M/D/1). What is acceptable in milliseconds is never long.
 */
const LONG_WAIT = { departures: 10 } as const;
/** Of what is acceptable, CoDel takes a fifth for a queue that does its work: 20 ms. */
const TARGET = { departures: 5, ofAcceptable: 0.2 } as const;
const INTERVAL = { departures: 10, leastMs: 200 } as const;

/** Targets that one may wait in a standing queue: less than the two after which CoDel drops. */
const STANDING = 1.6;

/** Weight of a new value in the mean cost. */
const COST_WEIGHT = 0.1;

/** Below this share of the limit there is room for every priority. */
const CALM = 0.25;

/** While it is calm one answer is measured in so long, in milliseconds: more of them tell no more. */
const MEASURE_EVERY_MS = 25;

/** Requests that share a limit and a queue. By default those of one route. */
export class AdmissionGroup<T extends Candidate = Candidate> {
  readonly name: string;
  readonly limiter: Limiter;
  readonly waiting = new PriorityQueue<T>();
  readonly refused = new RefusalCounts();
  inFlight = 0;
  arrived = 0;
  admitted = 0;
  /** Gave up while they waited. */
  left = 0;
  /** Time of the loop that its requests got, in milliseconds: those who had least come first. */
  usedMs = 0;
  readonly #maxWaitMs: number;
  readonly #acceptableWaitMs: number;
  readonly #targetMs: number;
  readonly #codel = new CoDel();
  readonly #departures = new DepartureRate();
  /** Those of each rank: with more important ones before them they may be far apart. */
  readonly #byRank = [
    new DepartureRate(),
    new DepartureRate(),
    new DepartureRate(),
    new DepartureRate(),
  ] as const;
  readonly #durations = new RunningMedian();
  #costMs = 0;
  /** The most important one that was seen: nothing is kept free for those above. */
  #top: Rank = 3;
  #measuredAt = -Infinity;
  /** With fewer in flight it is calm; looked up with each one that is measured. */
  #calmBelow = 0;

  constructor({ name, limiter, maxWaitMs, acceptableWaitMs = 100 }: AdmissionGroupOptions) {
    this.#acceptableWaitMs = acceptableWaitMs;
    this.#targetMs = TARGET.ofAcceptable * acceptableWaitMs;
    this.name = name;
    this.limiter = limiter;
    this.#maxWaitMs = maxWaitMs;
  }

  /** How long an answer takes, about, in milliseconds. */
  get medianMs(): number {
    return this.#durations.value;
  }

  /** Counts one as let in, unless so many are in flight that it matters, or one is to be measured. */
  pass(rank: Rank, now: number): boolean {
    if (this.inFlight >= this.#calmBelow) return false;
    if (now - this.#measuredAt >= MEASURE_EVERY_MS) return false;
    this.#see(rank);
    this.arrived++;
    this.admitted++;
    return true;
  }

  /** Counts one as let in whose answer is measured. */
  admit(now: number): void {
    this.#measuredAt = now;
    this.#calmBelow = Math.ceil(CALM * this.limiter.limit);
    this.admitted++;
  }

  /** Whether a request of this rank may be in flight besides those that are. */
  hasRoom(rank: Rank): boolean {
    this.#see(rank);
    const limit = this.limiter.limit * shareOf(rank, this.#top);
    // Whatever a limiter says, one may go.
    return this.inFlight < (limit >= 1 ? limit : 1);
  }

  /** Lines one up. */
  line(ticket: T): QueueEntry<T> {
    const { rank, arrivedAt } = ticket;
    this.#departures.arrive(arrivedAt);
    this.#byRank[rank].arrive(arrivedAt);
    return this.waiting.push(ticket, rank);
  }

  /** How long a new request of this rank would wait, in milliseconds. */
  waitOf(rank: Rank, now: number): number {
    const own = this.#byRank[rank];
    return Math.max(
      this.waiting.aheadOf(rank) * this.#intervalMs(now),
      this.waiting.lengthOf(rank) * own.intervalMs(now),
      // While nobody gets in, nobody will.
      own.stalledMs(now),
    );
  }

  /** How long a request of this rank may expect to wait, in milliseconds. */
  longestWait(rank: Rank, now: number): number {
    const intervalMs = this.#intervalMs(now);
    const boundMs = this.#codel.isOverloaded
      ? STANDING * Math.max(this.#targetMs, TARGET.departures * intervalMs)
      : Math.max(this.#acceptableWaitMs, LONG_WAIT.departures * intervalMs);
    return Math.min(this.#maxWaitMs, boundMs) * shareOf(rank, this.#top);
  }

  /** Takes out one that waits and tells why it should be refused after all, if it should. */
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

  /** Takes out one that waits no longer: it left, or was refused. */
  drop(entry: QueueEntry<T>): void {
    this.waiting.remove(entry);
    if (this.waiting.length === 0) this.#departures.clear();
    if (this.waiting.lengthOf(entry.rank) === 0) this.#byRank[entry.rank].clear();
  }

  /**
   * Whether the answer would come too late, after waiting for so long. One that nobody is in flight
   * beside is tried: else a slow time would never be found to have ended.
   */
  isTooLate({ deadlineAt }: Candidate, now: number, waitMs = 0): boolean {
    const remainingMs = deadlineAt - now;
    if (remainingMs <= 0) return true;
    return this.inFlight > 0 && remainingMs < waitMs + this.medianMs;
  }

  /** A request was answered well. */
  sample(durationMs: number, inFlight: number, now: number): void {
    this.#durations.see(durationMs);
    this.limiter.sample(durationMs, inFlight, now);
  }

  /** A request had the loop for so long. */
  charge(costMs: number): void {
    this.usedMs += costMs;
    this.#costMs += COST_WEIGHT * (costMs - this.#costMs);
  }

  #see(rank: Rank): void {
    if (rank < this.#top) this.#top = rank;
  }

  /** Departures can't come faster than the loop does the work of each. */
  #intervalMs(now: number): number {
    return Math.max(this.#costMs, this.#departures.intervalMs(now));
  }
}
