import type { DurationSample } from './duration-sample.ts';
import { type Answer, SettledAnswers } from './settled-answers.ts';

/** Share of the requests in flight that the experiment allows. */
const TRIED_SHARE = 0.7;

/**
 * Duration ratio that decides: with queueing, duration falls to `TRIED_SHARE`; without, it stays.
 * This is the geometric mean of the two.
 */
const DECIDING_SHARE = Math.sqrt(TRIED_SHARE);

/**
 * `queue`: a lower limit shortens durations, so requests queue behind each other. `delay`: it does
 * not.
 */
export interface LimitFinding {
  kind: 'queue' | 'delay';
  /** Durations at the lower limit; empty if nothing was answered. */
  durations: DurationSample;
  /** Answers per millisecond at the old limit: the maximum throughput if requests queue. */
  perMs: number;
}

/** `HOLD`: constant limit, so that durations settle. `CUT`: lower limit. */
type Phase =
  | { kind: 'HOLD'; answers: SettledAnswers }
  | { kind: 'CUT'; answers: SettledAnswers; before: DurationSample; perMs: number };

/**
 * Tests whether too many requests in flight cause long durations: measures at a constant limit,
 * then at a lower one. By Little's law, a saturated dependency has constant throughput, so duration
 * is proportional to the number in flight.
 */
export class LimitExperiment {
  #limit: number;
  #phase: Phase;

  /** @param expectedMs approximate p90 of durations */
  constructor(limit: number, expectedMs: number, now: number) {
    this.#limit = limit;
    this.#phase = { kind: 'HOLD', answers: new SettledAnswers(expectedMs, now) };
  }

  /** Limit during the experiment. */
  get limit(): number {
    return this.#limit;
  }

  /** @returns the finding, once there is one */
  add(answer: Answer): LimitFinding | undefined {
    const phase = this.#phase;
    phase.answers.add(answer);
    if (!phase.answers.isEnough(answer.at)) return undefined;
    return phase.kind === 'HOLD' ? this.#cut(phase.answers, answer.at) : judge(phase, answer.at);
  }

  #cut(answers: SettledAnswers, now: number): LimitFinding | undefined {
    const before = answers.durations(now);
    const perMs = answers.meanInFlight / before.meanMs;
    if (before.count === 0) return { kind: 'delay', durations: before, perMs };
    this.#limit = TRIED_SHARE * answers.meanInFlight;
    this.#phase = { kind: 'CUT', before, perMs, answers: new SettledAnswers(before.p90Ms, now) };
    return undefined;
  }
}

/** Without a significant difference the finding is `delay`, which refuses nothing. */
function judge(
  { answers, before, perMs }: Extract<Phase, { kind: 'CUT' }>,
  now: number,
): LimitFinding | undefined {
  const durations = answers.durations(now);
  if (durations.isBelow(DECIDING_SHARE, before)) return { kind: 'queue', durations, perMs };
  const isSure = durations.isAbove(DECIDING_SHARE, before);
  return isSure || answers.isLast(now) ? { kind: 'delay', durations, perMs } : undefined;
}
