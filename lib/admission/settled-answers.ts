import { DurationSample } from './duration-sample.ts';

/** An answer that has ended. */
export interface Answer {
  readonly durationMs: number;
  /** How many were in flight when it ended, itself included. */
  readonly inFlight: number;
  /** When it ended, in milliseconds. */
  readonly at: number;
}

/** Fewest answers that are judged. */
const MIN_ANSWERS = 10;

/** In spans of what nine of ten answers take: when they are judged first, and at the latest. */
const SPANS = { first: 2, last: 6 } as const;

/** Shortest span, in milliseconds. */
const LEAST_SPAN_MS = 100;

/**
 * Answers to requests that were admitted since the limit was set; earlier ones met another limit.
 * Durations count only of requests admitted early enough: long answers to later ones are still
 * missing.
 */
export class SettledAnswers {
  readonly #since: number;
  readonly #spanMs: number;
  readonly #answers: Answer[] = [];
  #inFlight = 0;

  /** @param expectedMs what nine of ten answers take, about */
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

  /** Whether there are enough to judge, or will not be. */
  isEnough(now: number): boolean {
    if (this.isLast(now)) return true;
    return now - this.#since >= SPANS.first * this.#spanMs && this.#early(now) >= MIN_ANSWERS;
  }

  /** Whether they are judged now, however few there are. */
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
