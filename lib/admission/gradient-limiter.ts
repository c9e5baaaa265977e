import { thisMachine } from '../common/options/machine.ts';
import { DurationSample } from './duration-sample.ts';
import { type GradientOptions, gradientOptions } from './gradient.options.ts';
import { type LimitFinding, LimitExperiment } from './limit-experiment.ts';
import type { Limiter } from './limiter.ts';
import { type Answer, SettledAnswers } from './settled-answers.ts';

/** Minimum length of a window. */
const WINDOW_MS = 100;

/** Minimum number of answers in a window. */
const MIN_ANSWERS = 10;

/**
 * Growth by a factor after more than `afterWindows` windows without a sign of congestion: early
 * before the first congestion, later after one.
 */
const GROWTH = {
  first: { afterWindows: 1, factor: 1.5 },
  later: { afterWindows: 8, factor: 1.15 },
} as const;

/** Growth per window, in square roots of the limit, as in Envoy's adaptive concurrency. */
const HEADROOM = 0.2;

/** How fast the baseline follows shorter durations, and longer ones without load. */
const FOLLOW = { shorter: 0.7, idle: 0.05 } as const;

/** Share of the limit in use from which a lower limit would have an effect. */
const REACHED = 0.8;

/** How long a known delay is trusted, and up to which multiple of its values. */
const TRUST = { forMs: 60_000, upTo: 1.25 } as const;

/** Interval of baseline measurements during congestion. */
const REFRESH_EVERY_MS = 20_000;

/** Share of the needed requests in flight during a measurement, so that none queue. */
const REFRESH_SHARE = 0.5;

/** Relative change of the limit that does not invalidate current measurements. */
const SAME = 0.05;

/** A duration that a lower limit did not shorten. */
interface KnownDelay {
  durationMs: number;
  inFlight: number;
  at: number;
}

type Mode =
  | { kind: 'WATCH' }
  | { kind: 'EXPERIMENT'; experiment: LimitExperiment; limitBefore: number }
  /** Measures the baseline, then sets the limit for that rate. */
  | { kind: 'REFRESH'; answers: SettledAnswers; perMs: number };

const WATCH: Mode = { kind: 'WATCH' };

/**
 * Finds the limit of requests in flight from their latency. The limit grows while latency stays
 * near its value without load. When latency rises, an experiment lowers the limit. If latency falls
 * there is congestion: the limit becomes what keeps the dependency busy without a queue (Little's
 * law). If not, the dependency itself has become slower: that is the new baseline, and nothing is
 * refused for it.
 *
 * Tolerance and headroom are from Gradient2 of Netflix's concurrency-limits and Envoy's adaptive
 * concurrency; those take any rise in latency for congestion.
 */
export class GradientLimiter implements Limiter {
  readonly #min: number;
  readonly #max: number;
  readonly #tolerance: number;
  #limit: number;
  #mode: Mode = WATCH;
  #window = new DurationSample();
  #windowStartedAt = 0;
  #mostInFlight = 0;
  #sumInFlight = 0;
  /** Time of the last significant change of the limit. */
  #changedAt = -Infinity;
  /** Mean of the last window. */
  #durationMs = 0;
  #baselineMs: number | undefined;
  #refreshedAt = -Infinity;
  #clearWindows = 0;
  #wasCongested = false;
  #known: KnownDelay | undefined;

  /** @throws TypeError or RangeError naming the option that is wrong */
  constructor(options: GradientOptions = {}) {
    const { initial, min, max, tolerance } = gradientOptions.check(
      'GradientLimiter',
      options,
      thisMachine(),
    );
    this.#min = min;
    this.#max = max;
    this.#tolerance = tolerance;
    this.#limit = this.#bounded(initial);
  }

  get limit(): number {
    return this.#limit;
  }

  /** Latency without load; undefined before it is known. */
  get baselineMs(): number | undefined {
    return this.#baselineMs;
  }

  sample(durationMs: number, inFlight: number, now: number): void {
    switch (this.#mode.kind) {
      case 'WATCH':
        return this.#watch({ durationMs, inFlight, at: now });
      case 'EXPERIMENT':
        return this.#try(this.#mode, { durationMs, inFlight, at: now });
      case 'REFRESH':
        return this.#refresh(this.#mode, { durationMs, inFlight, at: now });
    }
  }

  #watch({ durationMs, inFlight, at: now }: Answer): void {
    // Requests admitted before the limit changed say little about the change.
    if (now - durationMs < this.#changedAt) return;
    this.#window.add(durationMs);
    this.#sumInFlight += inFlight;
    if (inFlight > this.#mostInFlight) this.#mostInFlight = inFlight;
    const windowMs = Math.max(WINDOW_MS, this.#durationMs);
    if (this.#window.count < MIN_ANSWERS || now - this.#windowStartedAt < windowMs) return;
    const meanInFlight = this.#sumInFlight / this.#window.count;
    this.#judge(this.#window, { most: this.#mostInFlight, mean: meanInFlight }, now);
  }

  #judge(window: DurationSample, inFlight: { most: number; mean: number }, now: number): void {
    const { meanMs } = window;
    this.#startWindow(meanMs, now);
    const isSaturated = inFlight.most >= this.#limit / 2;
    this.#follow(meanMs, isSaturated);
    // At low use, latency says nothing about the limit.
    if (!isSaturated) return;
    if (!window.isLongerThan(this.#tolerance * (this.#baselineMs ?? meanMs))) {
      return this.#grow(meanMs, now);
    }
    this.#clearWindows = 0;
    if (inFlight.most < REACHED * this.#limit) return;
    if (this.#isKnown(meanMs, inFlight.mean, now)) this.#baselineMs = meanMs;
    else this.#begin(window.p90Ms, now);
  }

  #startWindow(durationMs: number, now: number): void {
    this.#window = new DurationSample();
    this.#windowStartedAt = now;
    this.#mostInFlight = 0;
    this.#sumInFlight = 0;
    this.#durationMs = durationMs;
  }

  #follow(durationMs: number, isSaturated: boolean): void {
    this.#baselineMs ??= durationMs;
    const longerBy = durationMs - this.#baselineMs;
    if (longerBy <= 0) this.#baselineMs += FOLLOW.shorter * longerBy;
    else if (!isSaturated) this.#baselineMs += FOLLOW.idle * longerBy;
  }

  #grow(durationMs: number, now: number): void {
    const isClear = durationMs < Math.sqrt(this.#tolerance) * (this.#baselineMs ?? durationMs);
    this.#clearWindows = isClear ? this.#clearWindows + 1 : 0;
    const { afterWindows, factor } = GROWTH[this.#wasCongested ? 'later' : 'first'];
    const grown = this.#clearWindows > afterWindows ? this.#limit * factor : this.#limit;
    this.#set(Math.max(grown, this.#limit + HEADROOM * Math.sqrt(this.#limit)), now);
  }

  #isKnown(durationMs: number, inFlight: number, now: number): boolean {
    const known = this.#known;
    if (known === undefined || now - known.at > TRUST.forMs) return false;
    return durationMs <= TRUST.upTo * known.durationMs && inFlight <= TRUST.upTo * known.inFlight;
  }

  #begin(expectedMs: number, now: number): void {
    const experiment = new LimitExperiment(this.#limit, expectedMs, now);
    this.#mode = { kind: 'EXPERIMENT', experiment, limitBefore: this.#limit };
  }

  #try({ experiment, limitBefore }: Extract<Mode, { kind: 'EXPERIMENT' }>, answer: Answer): void {
    const finding = experiment.add(answer);
    if (finding === undefined) return this.#set(experiment.limit, answer.at);
    this.#startWindow(finding.durations.meanMs, answer.at);
    this.#mode = WATCH;
    if (finding.kind === 'delay') return this.#adopt(finding, limitBefore, answer.at);
    this.#wasCongested = true;
    // The tried limit is safe; the baseline may date from a faster period.
    const least = experiment.limit;
    this.#set(Math.min(limitBefore, Math.max(least, this.#needed(finding.perMs))), answer.at);
    if (answer.at - this.#refreshedAt < REFRESH_EVERY_MS) return;
    const answers = new SettledAnswers(finding.durations.p90Ms, answer.at);
    this.#mode = { kind: 'REFRESH', answers, perMs: finding.perMs };
    this.#set(REFRESH_SHARE * this.#limit, answer.at);
  }

  /** Takes a latency that a lower limit did not improve as the new baseline. */
  #adopt({ durations }: LimitFinding, limitBefore: number, now: number): void {
    if (durations.count > 0) this.#baselineMs = durations.meanMs;
    this.#known = { durationMs: this.#baselineMs ?? 0, inFlight: limitBefore, at: now };
    this.#wasCongested = false;
    this.#set(limitBefore, now);
  }

  #refresh({ answers, perMs }: Extract<Mode, { kind: 'REFRESH' }>, answer: Answer): void {
    const now = answer.at;
    answers.add(answer);
    if (!answers.isEnough(now)) return;
    const durations = answers.durations(now);
    if (durations.count > 0) {
      this.#baselineMs = Math.min(this.#baselineMs ?? Infinity, durations.meanMs);
    }
    this.#refreshedAt = now;
    this.#mode = WATCH;
    this.#startWindow(this.#baselineMs ?? 0, now);
    this.#set(Math.max(this.#limit, this.#needed(perMs)), now);
  }

  /** Limit for a rate without a queue (Little's law), with headroom to grow. */
  #needed(perMs: number): number {
    const needed = perMs * (this.#baselineMs ?? 0);
    return needed + Math.sqrt(needed) / 2;
  }

  #set(limit: number, now: number): void {
    const bounded = this.#bounded(limit);
    if (Math.abs(bounded - this.#limit) > SAME * this.#limit) this.#changedAt = now;
    this.#limit = bounded;
  }

  #bounded(limit: number): number {
    return Math.min(this.#max, Math.max(this.#min, limit));
  }
}
