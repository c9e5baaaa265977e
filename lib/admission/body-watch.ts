import type { Clock } from '../common/clock.ts';
import { outside } from '../common/outside.ts';
import { BodyRate, type BodyRateOptions } from './body-rate.ts';
import { type IncomingBody, isAwaited, isBodyOver, meterOf } from './incoming-body.ts';

export interface BodyWatchOptions extends BodyRateOptions {
  clock: Clock;
  /** Bodies received at once; beyond that the slowest is given up. */
  maxBodies: number;
}

interface Watched {
  readonly body: IncomingBody;
  readonly bytes: () => number;
  rate: BodyRate;
  /** Whether it was looked at: bytes of HTTP/2 are counted from then on. */
  isMeasured: boolean;
  readonly giveUp: () => void;
}

/** How often incoming bodies are checked. */
const LOOK_EVERY_MS = 1_000;

/**
 * Bodies being received. They take no place of a route; their number and a minimum rate bound them,
 * so that slow senders block no other request.
 */
export class BodyWatch {
  readonly #options: BodyWatchOptions;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;
  #tooSlow = 0;

  constructor(options: BodyWatchOptions) {
    this.#options = options;
  }

  get reading(): number {
    return this.#watched.size;
  }

  /** Bodies given up so far. */
  get tooSlow(): number {
    return this.#tooSlow;
  }

  /** Watches a body until it is complete; calls `giveUp` once if it comes too slowly. */
  add(body: IncomingBody, giveUp: () => void): void {
    const now = this.#options.clock.now();
    if (this.#watched.size >= this.#options.maxBodies) this.#makeRoom(now);
    const bytes = meterOf(body);
    const rate = new BodyRate(this.#options, now, bytes());
    this.#watched.add({ body, bytes, rate, isMeasured: false, giveUp });
    this.#timer ??= outside(() => setInterval(() => this.#look(), LOOK_EVERY_MS).unref());
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#watched.clear();
  }

  #look(): void {
    const now = this.#options.clock.now();
    for (const watched of this.#watched) {
      if (isBodyOver(watched.body)) this.#watched.delete(watched);
      else if (this.#isTooSlow(watched, now)) this.#giveUp(watched);
    }
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #isTooSlow(watched: Watched, now: number): boolean {
    if (!watched.isMeasured) watched.rate = new BodyRate(this.#options, now, watched.bytes());
    watched.isMeasured = true;
    return look(watched, now);
  }

  /** Judges all by what they have sent until now; of equals, such as silent ones, the oldest goes. */
  #makeRoom(now: number): void {
    let slowest: Watched | undefined;
    for (const watched of this.#watched) {
      if (isBodyOver(watched.body)) return void this.#watched.delete(watched);
      look(watched, now);
      const isSlower = watched.rate.bytesPerSecond < (slowest?.rate.bytesPerSecond ?? Infinity);
      if (slowest === undefined || isSlower) slowest = watched;
    }
    if (slowest !== undefined) this.#giveUp(slowest);
  }

  #giveUp(watched: Watched): void {
    this.#watched.delete(watched);
    this.#tooSlow++;
    watched.giveUp();
  }
}

function look({ body, bytes, rate }: Watched, now: number): boolean {
  return rate.look(now, bytes(), isAwaited(body));
}
