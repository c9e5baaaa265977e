import type { Schedule } from '../schedule.ts';

export interface StaggerOptions<C, T> {
  /** Candidates, in the order to try. */
  candidates: readonly C[];
  /** Delay before the next candidate starts beside one that still runs. */
  staggerMs: number;
  /** Tries a candidate; the signal aborts when the race is over. */
  attempt: (candidate: C, signal: AbortSignal) => Promise<T>;
  /** Disposes of a result that comes after the race is over. */
  discard: (result: T) => void;
  /** Whether one more may start; called before all but the first. @default always */
  mayStart?: () => boolean;
  /** Whether this error of a candidate ends the race. @default never */
  isFinal?: (error: unknown) => boolean;
  /** Aborts the race, which rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  schedule: Schedule;
}

/** Every candidate failed; `errors` are in the order of their start. */
export class RaceLostError extends Error {
  readonly errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    super('Every candidate failed');
    this.errors = errors;
  }
}

/**
 * Races candidates with staggered starts: the next one starts after `staggerMs` or a failure. The
 * first to succeed wins; the others are aborted. (RFC 8305, section 5, and `staggered_retries` of
 * SuPPort.)
 *
 * @throws RaceLostError when all have failed, an error that is final, or the signal's reason
 */
export function stagger<C, T>(options: StaggerOptions<C, T>): Promise<T> {
  return new Race(options).run();
}

class Race<C, T> {
  readonly #options: StaggerOptions<C, T>;
  readonly #outcome = Promise.withResolvers<T>();
  readonly #stop = new AbortController();
  readonly #errors = new Map<number, unknown>();
  #next = 0;
  #running = 0;
  #isOver = false;
  #cancelTimer: (() => void) | undefined;
  readonly #onAbort = (): void => this.#lose(this.#options.signal?.reason);

  constructor(options: StaggerOptions<C, T>) {
    this.#options = options;
  }

  run(): Promise<T> {
    const { signal, candidates } = this.#options;
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    if (candidates.length === 0) return Promise.reject(new RaceLostError([]));
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#start();
    return this.#outcome.promise;
  }

  #start(): void {
    const { candidates, attempt, staggerMs, schedule, mayStart } = this.#options;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const place = this.#next;
    const candidate = candidates[place];
    if (candidate === undefined || (place > 0 && mayStart?.() === false)) return this.#rest();
    this.#next++;
    this.#running++;
    if (this.#next < candidates.length && staggerMs < Infinity) {
      this.#cancelTimer = schedule(() => this.#start(), staggerMs);
    }
    attempt(candidate, this.#stop.signal).then(
      (result) => this.#win(result),
      (error: unknown) => this.#failed(place, error),
    );
  }

  /** Starts no more candidates; the race ends when none runs. */
  #rest(): void {
    this.#next = this.#options.candidates.length;
    if (this.#running === 0) this.#loseAll();
  }

  #win(result: T): void {
    this.#running--;
    if (this.#isOver) return this.#options.discard(result);
    this.#end();
    this.#outcome.resolve(result);
  }

  #failed(place: number, error: unknown): void {
    this.#running--;
    if (this.#isOver) return;
    this.#errors.set(place, error);
    if (this.#options.isFinal?.(error) === true) return this.#lose(error);
    if (this.#next < this.#options.candidates.length) this.#start();
    else if (this.#running === 0) this.#loseAll();
  }

  #loseAll(): void {
    const inOrder = [...this.#errors].toSorted(([a], [b]) => a - b);
    this.#lose(new RaceLostError(inOrder.map(([, error]) => error)));
  }

  #lose(error: unknown): void {
    if (this.#isOver) return;
    this.#end();
    this.#outcome.reject(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#cancelTimer?.();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#stop.abort();
  }
}
