import type { DurationSample } from './duration-sample.ts';
import { type Answer, SettledAnswers } from './settled-answers.ts';

/** Of the requests in flight, how many may be while it is tried whether fewer take less time. */
const TRIED_SHARE = 0.7;

/**
 * Where answers take in proportion to how many are in flight, they take this share of the time then;
 * where they take what they take, all of it. The middle between the two decides.
 */
const DECIDING_SHARE = Math.sqrt(TRIED_SHARE);

/**
 * `queue`: with fewer in flight answers take less time, so they wait for each other. `delay`: they
 * take as long, so they don't.
 */
export interface Finding {
  kind: 'queue' | 'delay';
  /** How long they took with fewer in flight; empty where none was answered. */
  durations: DurationSample;
  /** Answers per millisecond before: what there can be where they wait for each other. */
  perMs: number;
}

/** `HOLD`: the limit stays, so that durations settle. `CUT`: fewer may be in flight. */
type Phase =
  | { kind: 'HOLD'; answers: SettledAnswers }
  | { kind: 'CUT'; answers: SettledAnswers; before: DurationSample; perMs: number };

/**
 * Tries whether answers take long because too many are in flight: measures them at a limit that
 * stays, then at a lower one. (Little's law: where a dependency is saturated its throughput is
 * constant, so what an answer takes is in proportion to the number in flight.)
 */
export class LimitExperiment {
  #limit: number;
  #phase: Phase;

  /** @param expectedMs what nine of ten answers take, about */
  constructor(limit: number, expectedMs: number, now: number) {
    this.#limit = limit;
    this.#phase = { kind: 'HOLD', answers: new SettledAnswers(expectedMs, now) };
  }

  /** How many may be in flight now. */
  get limit(): number {
    return this.#limit;
  }

  /** @returns what was found, once it is */
  add(answer: Answer): Finding | undefined {
    const phase = this.#phase;
    phase.answers.add(answer);
    if (!phase.answers.isEnough(answer.at)) return undefined;
    return phase.kind === 'HOLD' ? this.#cut(phase.answers, answer.at) : judge(phase, answer.at);
  }

  #cut(answers: SettledAnswers, now: number): Finding | undefined {
    const before = answers.durations(now);
    const perMs = answers.meanInFlight / before.meanMs;
    if (before.count === 0) return { kind: 'delay', durations: before, perMs };
    this.#limit = TRIED_SHARE * answers.meanInFlight;
    this.#phase = { kind: 'CUT', before, perMs, answers: new SettledAnswers(before.p90Ms, now) };
    return undefined;
  }
}

/** Where no difference is certain nobody is refused for it. */
function judge(
  { answers, before, perMs }: Extract<Phase, { kind: 'CUT' }>,
  now: number,
): Finding | undefined {
  const durations = answers.durations(now);
  if (durations.isBelow(DECIDING_SHARE, before)) return { kind: 'queue', durations, perMs };
  const isSure = durations.isAbove(DECIDING_SHARE, before);
  return isSure || answers.isLast(now) ? { kind: 'delay', durations, perMs } : undefined;
}
