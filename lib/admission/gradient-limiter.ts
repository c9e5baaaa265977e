import type { Limiter } from './limiter.ts';

export interface GradientOptions {
  /** Limit before anything is known. @default 20 */
  initial?: number;
  /** @default 1 */
  min?: number;
  /** @default 1_000 */
  max?: number;
  /** How much longer than without a load an answer may take. @default 1.5 */
  tolerance?: number;
}

/** Shortest span that is judged, in milliseconds. */
const WINDOW_MS = 100;

/** Fewest answers that are judged. */
const MIN_SAMPLES = 10;

/** Answers of a window that are looked at. */
const MAX_SAMPLES = 64;

/** Weight of a window's finding. */
const SMOOTHING = 0.2;

/**
 * Windows without a sign of congestion after which the limit grows by a share of itself: soon as
 * long as there never was one, later where there was.
 */
const CLEAR_WINDOWS = { first: 2, later: 8 } as const;

const FAST_GROWTH = 1.25;

/** How fast the baseline follows what is shorter, what is longer without load, and at the floor. */
const FOLLOW = { shorter: 0.2, idle: 0.05, floor: 0.02 } as const;

/** With so few in flight nobody waits for another: how long it takes is how long it takes. */
const FLOOR = 8;

/**
 * Finds how many requests may be in flight from how long they take: while answers take no longer
 * than they do without a load the limit grows, else it shrinks in proportion. (Gradient2 of
 * Netflix's concurrency-limits; the headroom of a square root as in Envoy's adaptive concurrency.)
 *
 * Differs from Gradient2 in what "without a load" is. There it is a slow average of everything, so
 * an overload that lasts becomes the norm and the limit drifts up with it. Here only what was
 * answered while far fewer were in flight than may be, or while hardly any may be, makes it longer.
 */
export class GradientLimiter implements Limiter {
  readonly #min: number;
  readonly #max: number;
  readonly #tolerance: number;
  readonly #samples = new Float64Array(MAX_SAMPLES);
  #limit: number;
  #seen = 0;
  #mostInFlight = 0;
  #windowStartedAt = 0;
  /** What the last window found. */
  #durationMs = 0;
  #baselineMs: number | undefined;
  #clearWindows = 0;
  #wasCongested = false;

  constructor({ initial = 20, min = 1, max = 1_000, tolerance = 1.5 }: GradientOptions = {}) {
    this.#min = min;
    this.#max = max;
    this.#tolerance = tolerance;
    this.#limit = Math.min(max, Math.max(min, initial));
  }

  get limit(): number {
    return this.#limit;
  }

  /** How long an answer takes without a load, in milliseconds; undefined before it is known. */
  get baselineMs(): number | undefined {
    return this.#baselineMs;
  }

  sample(durationMs: number, inFlight: number, now: number): void {
    this.#samples[this.#seen % MAX_SAMPLES] = durationMs;
    this.#seen++;
    if (inFlight > this.#mostInFlight) this.#mostInFlight = inFlight;
    // What was let in before the limit changed tells little of the change.
    const windowMs = Math.max(WINDOW_MS, this.#durationMs);
    if (this.#seen < MIN_SAMPLES || now - this.#windowStartedAt < windowMs) return;
    this.#endWindow();
    this.#windowStartedAt = now;
  }

  #endWindow(): void {
    const sorted = this.#samples.subarray(0, Math.min(this.#seen, MAX_SAMPLES)).toSorted();
    const durationMs = sorted[sorted.length >> 1] ?? 0;
    const isSaturated = this.#mostInFlight >= this.#limit / 2;
    this.#seen = 0;
    this.#mostInFlight = 0;
    this.#durationMs = durationMs;
    this.#follow(durationMs, isSaturated);
    // A limit that is far away from what is needed says nothing.
    if (isSaturated) this.#adapt(durationMs);
  }

  #follow(durationMs: number, isSaturated: boolean): void {
    this.#baselineMs ??= durationMs;
    const longerBy = durationMs - this.#baselineMs;
    this.#baselineMs += longerBy * this.#pace(longerBy, isSaturated);
  }

  #pace(longerBy: number, isSaturated: boolean): number {
    if (longerBy <= 0) return FOLLOW.shorter;
    if (!isSaturated) return FOLLOW.idle;
    return this.#limit <= Math.max(FLOOR, this.#min) ? FOLLOW.floor : 0;
  }

  #adapt(durationMs: number): void {
    const baselineMs = this.#baselineMs ?? durationMs;
    const gradient = clamp((this.#tolerance * baselineMs) / Math.max(durationMs, 1e-6), 0.5, 1);
    this.#clearWindows = gradient < 1 ? 0 : this.#clearWindows + 1;
    this.#wasCongested ||= gradient < 1;
    const limit = this.#limit;
    const wanted =
      this.#clearWindows > CLEAR_WINDOWS[this.#wasCongested ? 'later' : 'first']
        ? limit * FAST_GROWTH
        : (1 - SMOOTHING) * limit + SMOOTHING * (gradient * limit + Math.sqrt(limit));
    this.#limit = clamp(wanted, this.#min, this.#max);
  }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
