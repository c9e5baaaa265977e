import { ignore } from '../../common/ignore.ts';
import { ReloadError } from '../cluster.errors.ts';
import { type ResolvedReloadOptions, surgeOf } from '../reload.options.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { Replacement } from './replacement.ts';
import { nextSeats, phaseOf, type RolloutPhase, type SeatState } from './rollout.ts';
import type { Rotation, RotationTerms } from './rotation.ts';

/** Result of a reload. */
export interface ReloadOutcome {
  /** Workers that the reload replaced; without those that restarted by themselves meanwhile. */
  replaced: number;
  /** Until each slot had its new worker. */
  tookMs: number;
}

/** A reload under way. */
export interface ReloadProgress {
  phase: RolloutPhase;
  /** Workers that run the new code. */
  replaced: number;
  /** Workers to replace. */
  of: number;
  /** ISO 8601. */
  startedAt: string;
  /** Whether another reload follows. */
  isFollowed: boolean;
}

/** A reload that stopped at a worker that failed, while workers from before it still serve. */
export interface StoppedReload {
  /** End, ISO 8601. */
  at: string;
  failure: string;
  /** Present workers that started since it began: they run the new code. */
  replaced: number;
  /** Present workers. */
  of: number;
}

/** A reload that stopped, as long as its outcome matters. */
interface Stop {
  at: string;
  failure: string;
  stale: WeakSet<ManagedWorker>;
}

export interface ReloaderOptions {
  reload: ResolvedReloadOptions;
  rotation: Rotation;
  /** Workers that hold their slots. */
  workers: () => readonly ManagedWorker[];
  /** All workers, successors included. */
  everyone: () => readonly ManagedWorker[];
  /** Called when it is known which workers are to be replaced. */
  onBegin: () => void;
  onReplacement: (replacement: Replacement) => void;
  /** Called when the first new worker has proved itself; `left` follow. */
  onCanary: (replacement: Replacement, left: number) => void;
}

/** Longest proof of a worker that follows the canary: the build has proved itself. */
const FOLLOWER_PROOF_MS = 250;

interface Seat {
  worker: ManagedWorker;
  state: SeatState;
}

interface Rollout {
  seats: readonly Seat[];
  /** Workers that were there before: they may run the old code. */
  stale: WeakSet<ManagedWorker>;
  surge: number;
  startedAt: string;
  failure: string | undefined;
  /** Resolve when its old workers have ended. */
  ends: Promise<unknown>[];
}

/**
 * Replaces all workers with the code on disk: a canary first, then the others within the surge; stops
 * at the first failure.
 */
export class Reloader {
  readonly #options: ReloaderOptions;
  /** Resolves when a reload is over and its old workers have ended. */
  #running: Promise<unknown> | undefined;
  #next: Promise<ReloadOutcome> | undefined;
  #rollout: Rollout | undefined;
  #stopped: Stop | undefined;
  #isClosed = false;

  constructor(options: ReloaderOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#rollout !== undefined;
  }

  get progress(): ReloadProgress | undefined {
    if (this.#rollout === undefined) return undefined;
    const { seats, startedAt } = this.#rollout;
    return {
      phase: this.#phaseOf(this.#rollout),
      replaced: countOf(this.#rollout, 'REPLACED'),
      of: seats.length,
      startedAt,
      isFollowed: this.#next !== undefined,
    };
  }

  /** The last reload, if it stopped and a worker from before it is left. */
  get stopped(): StoppedReload | undefined {
    if (this.#stopped === undefined) return undefined;
    const { at, failure, stale } = this.#stopped;
    const workers = this.#options.workers();
    const replaced = workers.filter((worker) => !stale.has(worker)).length;
    return replaced === workers.length ? undefined : { at, failure, replaced, of: workers.length };
  }

  /**
   * Replaces every present worker; the old ones may still drain then. A call during a reload queues
   * another one, as the code may have changed since; further calls share it.
   *
   * @throws ReloadError if a new worker fails; the remaining old ones keep serving
   */
  reload(): Promise<ReloadOutcome> {
    if (this.#running === undefined) return this.#start();
    return (this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#start();
    }));
  }

  /** Stops after the replacements under way. */
  close(): void {
    this.#isClosed = true;
    this.#options.rotation.cancelOrders();
  }

  /** The next reload waits for the end of the old workers, so that they don't pile up. */
  #start(): Promise<ReloadOutcome> {
    const ends: Promise<unknown>[] = [];
    const outcome = this.#replaceAll(ends).finally(() => (this.#rollout = undefined));
    this.#running = outcome
      .then(ignore, ignore)
      .then(() => Promise.all(ends))
      .then(() => (this.#running = undefined));
    return outcome;
  }

  async #replaceAll(ends: Promise<unknown>[]): Promise<ReloadOutcome> {
    const { workers, everyone, reload, onBegin } = this.#options;
    const begunAt = performance.now();
    const seats = workers().map((worker): Seat => ({ worker, state: 'WAITING' }));
    const rollout: Rollout = {
      seats,
      stale: new WeakSet(everyone()),
      surge: surgeOf(reload.maxSurge, seats.length),
      startedAt: new Date().toISOString(),
      failure: undefined,
      ends,
    };
    this.#rollout = rollout;
    onBegin();
    await this.#advance(rollout);
    const replaced = countOf(rollout, 'REPLACED');
    const isCut = this.#isClosed && replaced < seats.length;
    const failure = rollout.failure ?? (isCut ? 'the group ends' : undefined);
    const shares = { replaced, of: seats.length };
    if (failure !== undefined) {
      this.#stopped = { at: new Date().toISOString(), failure, stale: rollout.stale };
      throw new ReloadError(failure, shares);
    }
    this.#stopped = undefined;
    return { replaced, tookMs: Math.round(performance.now() - begunAt) };
  }

  /** Begins what is due. Resolves when all that it leads to is over. */
  async #advance(rollout: Rollout): Promise<void> {
    if (this.#isClosed) return;
    const states = rollout.seats.map(({ state }) => state);
    const due = nextSeats(states, { hasCanary: this.#hasCanary, surge: rollout.surge });
    const seats = rollout.seats.filter((_, at) => due.includes(at));
    await Promise.all(seats.map((seat) => this.#replace(seat, rollout)));
  }

  async #replace(seat: Seat, rollout: Rollout): Promise<void> {
    const isCanary = this.#phaseOf(rollout) === 'CANARY';
    seat.state = 'TRYING';
    const terms = this.#termsOf(rollout, isCanary);
    const turn = this.#options.rotation.replace(seat.worker, terms);
    rollout.ends.push(turn.ended);
    this.#note(await turn.outcome, { seat, rollout, isCanary });
    await this.#advance(rollout);
  }

  #note(
    replacement: Replacement | undefined,
    { seat, rollout, isCanary }: { seat: Seat; rollout: Rollout; isCanary: boolean },
  ): void {
    if (replacement === undefined) return this.#noteGone(seat, rollout);
    const { failure } = replacement;
    seat.state = failure === null ? 'REPLACED' : 'FAILED';
    this.#options.onReplacement(replacement);
    if (failure !== null) rollout.failure ??= failure;
    else if (isCanary) this.#options.onCanary(replacement, countOf(rollout, 'WAITING'));
  }

  /** Its follower is to be replaced if it started before the reload, as in a recycling. */
  #noteGone(seat: Seat, { stale }: Rollout): void {
    const { worker } = seat;
    const follower = this.#options.workers().find(({ slot }) => slot === worker.slot);
    const isStale = follower !== undefined && follower !== worker && stale.has(follower);
    seat.worker = isStale ? follower : worker;
    seat.state = isStale ? 'WAITING' : 'GONE';
  }

  #termsOf({ surge }: Rollout, isCanary: boolean): RotationTerms {
    const { bootTimeoutMs, canaryMs } = this.#options.reload;
    return {
      reason: 'reload',
      bootTimeoutMs,
      surge,
      healthyForMs: isCanary ? canaryMs : Math.min(canaryMs, FOLLOWER_PROOF_MS),
      isShortenedByTraffic: isCanary,
    };
  }

  get #hasCanary(): boolean {
    return this.#options.reload.canaryMs > 0;
  }

  #phaseOf({ seats }: Rollout): RolloutPhase {
    const states = seats.map(({ state }) => state);
    return phaseOf(states, { hasCanary: this.#hasCanary });
  }
}

function countOf({ seats }: Rollout, wanted: SeatState): number {
  return seats.filter(({ state }) => state === wanted).length;
}
