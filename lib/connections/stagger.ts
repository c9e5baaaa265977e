/** Calls back once after a time; the returned function takes that back. */
export type Schedule = (callback: () => void, afterMs: number) => () => void;

export interface StaggerOptions<C, T> {
  /** In the order in which they are tried. */
  candidates: readonly C[];
  /** How long one has to succeed before the next is tried beside it, in milliseconds. */
  staggerMs: number;
  /** Tries one; the signal aborts when another has won or the race is over. */
  attempt: (candidate: C, signal: AbortSignal) => Promise<T>;
  /** What is done with the result of one that succeeded after another had won. */
  discard: (result: T) => void;
  /** Whether a further one may be started now; asked before all but the first. */
  mayStart?: () => boolean;
  /** Whether what one of them failed with ends the race. @default never */
  isFinal?: (error: unknown) => boolean;
  /** Ends the race; it fails with the signal's reason. */
  signal?: AbortSignal | undefined;
  schedule: Schedule;
}

/** Every candidate failed; in the order in which they were started. */
export class RaceLostError extends Error {
  readonly errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    super('Every candidate failed');
    this.errors = errors;
  }
}

/**
 * A race with staggered starts: the next candidate starts when the ones before it have had their
 * time or have failed. The first to succeed wins; the others are told to stop. (RFC 8305, section
 * 5, and `staggered_retries` of SuPPort.)
 *
 * @throws RaceLostError when all have failed, the signal's reason when it aborts
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

  /** No further one will be started: it is over when none runs. */
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
