import type { Clock } from '../clock.ts';
import { rounded } from '../rounded.ts';
import { failureOf, failureOfThrown } from './check-failure.ts';

/** Check of liveness or readiness. */
export interface Check {
  name: string;
  timeoutMs: number;
  /** Time for which an outcome is reused. */
  cacheMs: number;
  /** Whether its failure counts; otherwise it is shown only. */
  counts: boolean;
  run: () => unknown;
}

/** Last outcome of a check. */
export interface CheckOutcome {
  name: string;
  status: 'up' | 'down';
  tookMs: number;
  /** Time of the outcome, in milliseconds since the epoch. */
  at: number;
  counts: boolean;
  /** Reason of the failure. */
  error?: string;
}

export interface CheckReport {
  /** Whether all checks that count pass. */
  isPassing: boolean;
  checks: CheckOutcome[];
}

/** Describes the first check that is down; null: all are up. */
export function firstFailure(checks: readonly CheckOutcome[]): string | null {
  const failed = checks.find(({ status }) => status === 'down');
  return failed === undefined ? null : `${failed.name}: ${failed.error}`;
}

const MAX_ERROR = 300;

/** Time after which a hanging run counts as lost, so that another one may begin. */
const LOST_AFTER_MS = 30_000;

/** Runs checks with their time limits and caches their outcomes. */
export class Checks {
  readonly #checks: readonly CachedCheck[];

  /** @param clean removes secrets from messages */
  constructor(checks: readonly Check[], clock: Clock, clean: (text: string) => string) {
    this.#checks = checks.map((check) => new CachedCheck(check, clock, clean));
  }

  /** Never rejects, and takes no longer than the longest time limit of a check. */
  async report(): Promise<CheckReport> {
    const checks = await Promise.all(this.#checks.map((check) => check.outcome()));
    return { isPassing: checks.every(({ status, counts }) => !counts || status === 'up'), checks };
  }

  /** Last outcomes; runs nothing. */
  latest(): CheckOutcome[] {
    return this.#checks.flatMap(({ latest }) => latest ?? []);
  }

  get isEmpty(): boolean {
    return this.#checks.length === 0;
  }
}

class CachedCheck {
  readonly #check: Check;
  readonly #clock: Clock;
  readonly #clean: (text: string) => string;
  #known: CheckOutcome | undefined;
  #knownAt = -Infinity;
  #running: Promise<CheckOutcome> | undefined;
  /** Start of the run that has not ended; no other begins beside it. */
  #runningSince: number | undefined;

  constructor(check: Check, clock: Clock, clean: (text: string) => string) {
    this.#check = check;
    this.#clock = clock;
    this.#clean = clean;
  }

  get latest(): CheckOutcome | undefined {
    return this.#known;
  }

  outcome(): Promise<CheckOutcome> {
    const isFresh = this.#clock.now() - this.#knownAt < this.#check.cacheMs;
    if (this.#known !== undefined && isFresh) return Promise.resolve(this.#known);
    return (this.#running ??= this.#run().finally(() => (this.#running = undefined)));
  }

  async #run(): Promise<CheckOutcome> {
    const startedAt = this.#clock.now();
    const error = await this.#problem();
    const { name, counts } = this.#check;
    const tookMs = rounded(this.#clock.now() - startedAt, 2);
    const about = { name, tookMs, at: Date.now(), counts };
    this.#known =
      error === undefined ? { ...about, status: 'up' } : { ...about, status: 'down', error };
    this.#knownAt = this.#clock.now();
    return this.#known;
  }

  async #problem(): Promise<string | undefined> {
    const { timeoutMs } = this.#check;
    if (this.#isHanging) return 'has not answered yet';
    const { promise: late, reject } = Promise.withResolvers<never>();
    const giveUp = (): void => reject(new Error(`no answer within ${timeoutMs} ms`));
    // After a blocked loop timers come first: read the answers that are already there.
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
    try {
      const result = await Promise.race([this.#ask(), late]);
      return this.#cleaned(failureOf(result));
    } catch (error) {
      return this.#cleaned(failureOfThrown(error));
    } finally {
      clearTimeout(timer);
    }
  }

  get #isHanging(): boolean {
    const since = this.#runningSince;
    return since !== undefined && this.#clock.now() - since < LOST_AFTER_MS;
  }

  async #ask(): Promise<unknown> {
    const startedAt = this.#clock.now();
    this.#runningSince = startedAt;
    try {
      return await this.#check.run();
    } finally {
      // The end of a lost run must not clear the start of its successor.
      if (this.#runningSince === startedAt) this.#runningSince = undefined;
    }
  }

  #cleaned(text: string | undefined): string | undefined {
    return text === undefined ? undefined : this.#clean(text).slice(0, MAX_ERROR);
  }
}
