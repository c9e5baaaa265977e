import { DurationSample } from './duration-sample.ts';

/** A completed answer. */
export interface Answer {
  readonly durationMs: number;
  /** Requests in flight when it ended, including itself. */
  readonly inFlight: number;
  /** End time in milliseconds. */
  readonly at: number;
}

/** Minimum number of answers for a judgement. */
const MIN_ANSWERS = 10;

/** Earliest and latest judgement, in spans of the p90 duration. */
const SPANS = { first: 2, last: 6 } as const;

/** Minimum span. */
const LEAST_SPAN_MS = 100;

/**
 * Answers to requests admitted since the limit was set; earlier ones met another limit. Durations
 * use only requests admitted early enough: of later ones the long answers are still missing.
 */
export class SettledAnswers {
  readonly #since: number;
  readonly #spanMs: number;
  readonly #answers: Answer[] = [];
  #inFlight = 0;

  /** @param expectedMs approximate p90 of durations */
  constructor(expectedMs: number, since: number) {
    this.#since = since;
    this.#spanMs = Math.max(LEAST_SPAN_MS, expectedMs);
  }

  get meanInFlight(): number {
    return this.#inFlight / Math.max(1, this.#answers.length);
  }

  add(answer: Answer): void {
    if (answer.at - answer.durationMs < this.#since) return;
    this.#answers.push(answer);
    this.#inFlight += answer.inFlight;
  }

  /** Whether a judgement is possible, or due. */
  isEnough(now: number): boolean {
    if (this.isLast(now)) return true;
    return now - this.#since >= SPANS.first * this.#spanMs && this.#early(now) >= MIN_ANSWERS;
  }

  /** Whether the latest judgement is due, however few answers there are. */
  isLast(now: number): boolean {
    return now - this.#since >= SPANS.last * this.#spanMs;
  }

  durations(now: number): DurationSample {
    const durations = new DurationSample();
    for (const answer of this.#answers) {
      if (this.#isEarly(answer, now)) durations.add(answer.durationMs);
    }
    return durations;
  }

  #early(now: number): number {
    return this.#answers.filter((answer) => this.#isEarly(answer, now)).length;
  }

  #isEarly({ at, durationMs }: Answer, now: number): boolean {
    return at - durationMs <= now - this.#spanMs;
  }
}
