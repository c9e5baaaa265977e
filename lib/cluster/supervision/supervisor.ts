import type { Clock } from '../../common/clock.ts';
import { Ring } from '../../stats/ring.ts';
import type { ResolvedDrainOptions, ResolvedSupervisionOptions } from '../group.options.ts';
import { backoffMs } from './backoff.ts';
import type { ManagedWorker } from './managed-worker.ts';
import { isStarting, type WorkerExit } from './worker-state.ts';

/** How long a worker may take to end, by its parts, in milliseconds. */
export type DrainLimits = Omit<ResolvedDrainOptions, 'lameDuckMs'>;

/** What stands in a worker's place: a worker, or a wait until the next start. */
type SlotState =
  | { kind: 'ACTIVE'; worker: ManagedWorker }
  | { kind: 'BACKOFF'; until: number }
  | { kind: 'CLOSED' };

/** The place of a worker; workers come and go in it. */
export interface Slot {
  readonly index: number;
  state: SlotState;
  /** Is started, or proves itself, while the worker that it will follow goes on. */
  successor: ManagedWorker | undefined;
  /** Failures in a row; a worker that was READY for long starts the count anew. */
  failures: number;
  restarts: number;
  lastExit: WorkerExit | undefined;
}

/** How a worker came to its end. */
export interface ExitRecord extends WorkerExit {
  id: number;
  slot: number;
}

export interface ExitOutcome {
  /** It was told to end, for no fault of its own, and did so in order and in time. */
  isPlanned: boolean;
}

export interface SupervisorOptions {
  slots: number;
  supervision: ResolvedSupervisionOptions;
  /** Stands still while this process does: what nobody could hear then is not the workers' silence. */
  clock: Clock;
  /** 0 to 1, for the jitter of waits. */
  random: () => number;
  /** Starts a worker in a slot. */
  spawn: (slot: number) => ManagedWorker;
  /** Tells a worker to finish what it has and end. */
  drain: (worker: ManagedWorker, limits: DrainLimits) => void;
  /** How long a worker may take to end, in milliseconds. */
  drainLimits: DrainLimits;
  onReady: (worker: ManagedWorker) => void;
  onExit: (worker: ManagedWorker, exit: WorkerExit, outcome: ExitOutcome) => void;
  /** The last stack of a worker that is killed because its loop is blocked. */
  stackOf?: (worker: ManagedWorker) => string[] | undefined;
  /** Least wait after a start that can't succeed until somebody changes something. @default 0 */
  lastingWaitMs?: number;
  /** No worker ever became READY, as often as allowed. Absent: tries forever. */
  onGiveUp?: (reason: string) => void;
}

/** Time as READY after which a worker's failures are forgotten, in milliseconds. */
const FORGET_AFTER_MS = 60_000;

/** Ends of workers that are remembered. */
const KEPT_EXITS = 50;

/** A worker that should have ended by itself gets so much more, in milliseconds. */
const END_GRACE_MS = 1_000;

/**
 * Keeps every slot filled: starts one worker at a time, replaces what ends after a growing wait,
 * and ends what does not start or no longer turns. Driven by `tick()`. Which worker is followed by
 * which before it ends is decided elsewhere: see `Rotation`.
 */
export class Supervisor {
  readonly slots: readonly Slot[];
  readonly #options: SupervisorOptions;
  /** Workers that were told to end and have no place any more. */
  readonly #leaving = new Map<ManagedWorker, { killAt: number }>();
  readonly #exits = new Ring<ExitRecord>(KEPT_EXITS);
  readonly #full = Promise.withResolvers<void>();
  #startFailures = 0;
  #hasBeenReady = false;
  #isStopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.slots = Array.from({ length: options.slots }, (_, index) => ({
      index,
      state: { kind: 'BACKOFF', until: 0 },
      successor: undefined,
      failures: 0,
      restarts: 0,
      lastExit: undefined,
    }));
  }

  get hasBeenReady(): boolean {
    return this.#hasBeenReady;
  }

  /** The workers that are there now, in the order of their slots. */
  get workers(): ManagedWorker[] {
    return this.slots.flatMap(({ state }) => (state.kind === 'ACTIVE' ? [state.worker] : []));
  }

  /** Whether every place holds a READY worker. */
  get isFull(): boolean {
    return this.slots.every(({ state }) => {
      return state.kind === 'ACTIVE' && state.worker.state.kind === 'READY';
    });
  }

  /** How the latest workers ended, planned or not, the latest first. */
  get exits(): ExitRecord[] {
    return this.#exits.toArray().toReversed();
  }

  /** Resolves when all places hold READY workers for the first time. */
  get full(): Promise<void> {
    return this.#full.promise;
  }

  /** Every worker process, also those that start to follow another and those that leave. */
  get everyone(): ManagedWorker[] {
    const successors = this.slots.flatMap(({ successor }) => successor ?? []);
    return [...this.workers, ...successors, ...this.#leaving.keys()];
  }

  get leaving(): ManagedWorker[] {
    return [...this.#leaving.keys()];
  }

  /** Whether no worker is being started, so that the next one may be. */
  get isQuiet(): boolean {
    return !this.#isStopping && !this.everyone.some(({ state }) => isStarting(state));
  }

  /** Whether the worker has its place. */
  holds(worker: ManagedWorker): boolean {
    const slot = this.slots[worker.slot];
    return slot?.state.kind === 'ACTIVE' && slot.state.worker === worker;
  }

  /** Looks after every worker and starts the next one that is due. Call it several times a second. */
  tick(): void {
    const now = this.#options.clock.now();
    for (const worker of this.everyone) this.#watch(worker, now);
    for (const [worker, { killAt }] of this.#leaving) {
      if (now > killAt) this.#kill(worker, 'it did not end in time', now);
    }
    this.#startNext(now);
    this.#lookWhetherFull();
  }

  /** Starts a worker beside the one in a place, to follow it. */
  addSuccessor(slot: Slot): ManagedWorker {
    const successor = this.#options.spawn(slot.index);
    slot.successor = successor;
    return successor;
  }

  /** The successor takes the place; the worker before it finishes what it has. */
  promote(slot: Slot, reason: string): void {
    const { successor, state } = slot;
    if (successor === undefined) return;
    slot.successor = undefined;
    slot.state = { kind: 'ACTIVE', worker: successor };
    slot.failures = 0;
    slot.restarts++;
    if (state.kind === 'ACTIVE') this.#leave(state.worker, reason, this.#options.drainLimits);
  }

  /** The worker finishes what it has; its place stays empty until `reopen()`. */
  vacate(worker: ManagedWorker, reason: string): void {
    const slot = this.slots[worker.slot];
    if (slot === undefined || !this.holds(worker)) return;
    this.#leave(worker, reason, this.#options.drainLimits);
    this.#refill(slot, Infinity);
  }

  /** Another worker is started in an empty place now. */
  reopen(slot: Slot): void {
    if (slot.state.kind !== 'BACKOFF') return;
    const now = this.#options.clock.now();
    slot.state = { kind: 'BACKOFF', until: now };
    this.#startNext(now);
  }

  /** The successor ends; the worker that it was to follow stays. */
  dismiss(slot: Slot, reason: string): void {
    const { successor } = slot;
    if (successor === undefined) return;
    slot.successor = undefined;
    this.#leaving.set(successor, { killAt: Infinity });
    this.#kill(successor, reason, this.#options.clock.now());
  }

  /**
   * Takes a worker out of its place at once: it finishes what it has, while another one is
   * started. A failure lets the next start wait as a crash does.
   */
  retire(
    worker: ManagedWorker,
    reason: string,
    {
      cause,
      limits = this.#options.drainLimits,
    }: { cause: 'asked' | 'failure'; limits?: DrainLimits },
  ): void {
    const slot = this.slots[worker.slot];
    if (slot === undefined || !this.holds(worker)) return;
    const now = this.#options.clock.now();
    if (cause === 'failure') {
      worker.isFaulty = true;
      this.#countFailure(slot, worker.readyAt, now);
    }
    this.#leave(worker, reason, limits);
    this.#refill(
      slot,
      cause === 'failure' ? now + backoffMs(slot.failures, this.#options.random) : now,
    );
    this.#startNext(now);
  }

  /** A worker's application is up and its listeners are granted. */
  ready(worker: ManagedWorker): void {
    if (!isStarting(worker.state)) return;
    const now = this.#options.clock.now();
    worker.heard(now);
    worker.apply({ kind: 'ready' }, now);
    worker.readyAt = now;
    this.#hasBeenReady = true;
    this.#options.onReady(worker);
    this.#startNext(now);
    this.#lookWhetherFull();
  }

  /** A worker process has ended. */
  exited(worker: ManagedWorker, code: number | null, signal: string | null, reason?: string): void {
    const slot = this.slots[worker.slot];
    if (slot === undefined) return;
    const now = this.#options.clock.now();
    const wasAsked = worker.state.kind === 'DRAINING';
    const exit = exitRecord(worker, { code, signal, reason, now });
    worker.apply({ kind: 'exit', exit }, now);
    slot.lastExit = exit;
    this.#exits.push({ id: worker.id, slot: worker.slot, ...exit });
    if (this.holds(worker)) {
      if (!wasAsked) this.#countFailure(slot, worker.readyAt, now);
      const waitMs = wasAsked ? 0 : this.#waitMs(slot, worker);
      this.#refill(slot, now + waitMs);
    }
    if (slot.successor === worker) slot.successor = undefined;
    const hadLeft = this.#leaving.delete(worker);
    this.#options.onExit(worker, exit, { isPlanned: wasAsked && isOrderly(worker, code) });
    if (worker.readyAt === undefined && !wasAsked && !hadLeft) this.#countStartFailure(exit);
    this.#startNext(now);
  }

  /** Starts nothing any more; workers that end are not replaced. */
  stop(): void {
    this.#isStopping = true;
    for (const slot of this.slots) {
      if (slot.state.kind === 'BACKOFF') slot.state = { kind: 'CLOSED' };
    }
  }

  /** Also now and then: one may be unheard in the moment in which the last one gets READY. */
  #lookWhetherFull(): void {
    if (this.isFull) this.#full.resolve();
  }

  #countFailure(slot: Slot, readyAt: number | undefined, now: number): void {
    if (readyAt !== undefined && now - readyAt >= FORGET_AFTER_MS) slot.failures = 0;
    slot.failures++;
  }

  #waitMs({ failures }: Slot, { failsForGood }: ManagedWorker): number {
    const leastMs = failsForGood ? (this.#options.lastingWaitMs ?? 0) : 0;
    return Math.max(leastMs, backoffMs(failures, this.#options.random));
  }

  /** What comes into a place that is empty: the successor if there is one, else a wait. */
  #refill(slot: Slot, until: number): void {
    if (this.#isStopping) {
      slot.state = { kind: 'CLOSED' };
      return;
    }
    slot.restarts++;
    const { successor } = slot;
    slot.successor = undefined;
    slot.state =
      successor === undefined ? { kind: 'BACKOFF', until } : { kind: 'ACTIVE', worker: successor };
  }

  #leave(worker: ManagedWorker, reason: string, limits: DrainLimits): void {
    worker.reason ??= reason;
    const killAt = this.#options.clock.now() + limits.hardMs + END_GRACE_MS;
    this.#leaving.set(worker, { killAt });
    this.#options.drain(worker, limits);
  }

  #countStartFailure(exit: WorkerExit): void {
    this.#startFailures++;
    const { maxStartFailures } = this.#options.supervision;
    if (this.#hasBeenReady || this.#startFailures < maxStartFailures) return;
    this.#options.onGiveUp?.(
      `no worker became ready in ${this.#startFailures} tries; the last one: ${exit.reason}`,
    );
  }

  #startNext(now: number): void {
    if (!this.isQuiet) return;
    const slot = this.slots.find(({ state }) => state.kind === 'BACKOFF' && state.until <= now);
    if (slot !== undefined)
      slot.state = { kind: 'ACTIVE', worker: this.#options.spawn(slot.index) };
  }

  #watch(worker: ManagedWorker, now: number): void {
    if (worker.state.kind === 'STOPPING' || worker.isDebugged) return;
    const { bootTimeoutMs, stalledAfterMs, hungAfterMs } = this.#options.supervision;
    if (isStarting(worker.state)) {
      if (now - worker.spawnedAt > bootTimeoutMs) {
        this.#kill(worker, `not ready within ${bootTimeoutMs} ms`, now);
      }
      return;
    }
    const silentMs = now - worker.heardAt;
    if (silentMs > stalledAfterMs) worker.apply({ kind: 'silent' }, now);
    if (silentMs > hungAfterMs) {
      worker.lastStack = this.#options.stackOf?.(worker);
      this.#kill(worker, `its event loop was blocked for ${hungAfterMs} ms`, now);
    }
  }

  #kill(worker: ManagedWorker, reason: string, now: number): void {
    if (worker.state.kind === 'STOPPING') return;
    worker.reason = worker.reason === undefined ? reason : `${worker.reason}; ${reason}`;
    worker.apply({ kind: 'stop' }, now);
    worker.process?.kill('SIGKILL');
  }
}

function isOrderly({ isFaulty }: ManagedWorker, code: number | null): boolean {
  return code === 0 && !isFaulty;
}

/** How a process ended; `reason`: what nobody noted before. */
interface End {
  code: number | null;
  signal: string | null;
  reason: string | undefined;
  now: number;
}

function exitRecord(worker: ManagedWorker, { code, signal, reason, now }: End): WorkerExit {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  const why = worker.reason ?? reason;
  return {
    pid: worker.process?.pid ?? 0,
    code,
    signal,
    reason: why === undefined ? how : `${why} (${how})`,
    uptimeMs: Math.round(now - worker.spawnedAt),
    at: new Date().toISOString(),
    ...(worker.lastStack === undefined ? {} : { stack: worker.lastStack }),
  };
}
