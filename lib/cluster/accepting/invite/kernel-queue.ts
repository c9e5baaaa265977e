import type { ResolvedAcceptQueueOptions } from '../../group.options.ts';
import type { ShedReason } from '../accept-queue.ts';
import { StandingQueue } from '../standing-queue.ts';
import { Arrivals } from './arrivals.ts';

export interface KernelQueueOptions extends Pick<
  ResolvedAcceptQueueOptions,
  'maxWaitMs' | 'targetMs' | 'intervalMs'
> {
  /** Most connections that may wait. */
  limit: number;
  /** Gets the wait of connections that have left the queue. */
  onLeft: (waitMs: number, count: number) => void;
  /**
   * Time without limits of age, in milliseconds: another group may still accept on the socket,
   * unseen by this one.
   *
   * @default 0
   */
  graceMs?: number;
}

/** A reading of a queue. Counts wrap at 32 bits. */
export interface QueueReading {
  /** Connections in the queue, read after `taken`. */
  waiting: number;
  /** Connections that workers have taken. */
  taken: number;
  /** When the last of these was taken; at most `now`. */
  takenAt: number;
  /** Connections that workers take as soon as their loops turn: these wait for no other one. */
  coming: number;
  now: number;
}

/**
 * Decides which connections leave a queue of the kernel unserved: too many, too old, or standing
 * (CoDel). Knows neither sockets nor processes.
 */
export class KernelQueue {
  readonly #options: KernelQueueOptions;
  readonly #arrivals: Arrivals;
  readonly #standing: StandingQueue;
  #agesFrom: number | undefined;
  #waiting = 0;
  #taken = 0;
  #shed = 0;
  /** Whether a worker has taken one since the look before: else they are blocked, or asleep. */
  #moves = false;
  #hasChanged = false;
  #coming = 0;
  /** When a standing queue last had a connection refused. */
  #droppedAt = -Infinity;

  constructor(options: KernelQueueOptions) {
    this.#options = options;
    this.#arrivals = new Arrivals(options.onLeft);
    this.#standing = new StandingQueue(options);
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Whether the last look found another length, or connections taken since the one before. */
  get hasChanged(): boolean {
    return this.#hasChanged;
  }

  /** When the connection at the head arrived, at the latest; undefined while none waits. */
  get headSince(): number | undefined {
    return this.#arrivals.since(0);
  }

  look({ waiting, taken, takenAt, coming, now }: QueueReading): void {
    this.#coming = coming;
    this.#moves = taken !== this.#taken;
    this.#hasChanged = this.#moves || waiting !== this.#waiting;
    this.#taken = taken;
    this.#waiting = waiting;
    this.#agesFrom ??= now + (this.#options.graceMs ?? 0);
    if (now < this.#agesFrom) this.#arrivals.forget();
    this.#see(takenAt, now);
    const delayMs = this.#isSample(now) ? this.#delayMs(now) : undefined;
    const arrived = (taken + this.#shed + waiting) | 0;
    this.#standing.look({ arrived, served: taken, delayMs, now });
  }

  /** Returns why the connection at the head must be refused; undefined: it may wait, or none does. */
  reasonToShed(now: number): Exclude<ShedReason, 'down'> | undefined {
    const { limit, maxWaitMs } = this.#options;
    if (this.#waiting === 0) return undefined;
    if (this.#waiting > limit) return 'full';
    const ageMs = now - (this.headSince ?? now);
    if (ageMs > maxWaitMs) return 'age';
    return this.#moves && this.#isStanding(now) ? 'codel' : undefined;
  }

  #isStanding(now: number): boolean {
    const isStanding = this.#standing.shouldShed(this.#delayMs(now), now, this.#isSample(now));
    if (isStanding) this.#droppedAt = now;
    return isStanding;
  }

  /** Right after a refusal the rest of the queue looks young. */
  #isSample(now: number): boolean {
    return now - this.#droppedAt > this.#standing.longestMs;
  }

  /** Age of the first that waits for others: loops that turn slowly are no standing queue. */
  #delayMs(now: number): number {
    return now - (this.#arrivals.since(this.#coming) ?? now);
  }

  /** Counts the connection at the head as taken out and refused. */
  shed(now: number): void {
    this.#shed = (this.#shed + 1) | 0;
    this.#waiting--;
    this.#see(now, now);
  }

  #see(leftAt: number, now: number): void {
    const left = (this.#taken + this.#shed) | 0;
    this.#arrivals.look({ waiting: this.#waiting, left, leftAt, now });
  }
}
