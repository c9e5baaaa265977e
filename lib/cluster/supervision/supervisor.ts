import type { Clock } from '../../common/clock.ts';
import { Ring } from '../../stats/ring.ts';
import type { DrainLimits } from '../drain.options.ts';
import type { ResolvedSupervisionOptions } from '../group.options.ts';
import { backoffMs } from './backoff.ts';
import { exitCountsOf, type ExitCounts } from './exit-counts.ts';
import { exitRecord } from './exit-record.ts';
import type { ManagedWorker } from './managed-worker.ts';
import { type EndCause, isStarting, type WorkerExit } from './worker-state.ts';

/** A slot's worker, or the wait until the next start. */
type SlotState =
  | { kind: 'ACTIVE'; worker: ManagedWorker }
  | { kind: 'BACKOFF'; until: number }
  | { kind: 'CLOSED' };

/** A numbered position, filled by one worker after another. */
export interface Slot {
  readonly index: number;
  state: SlotState;
  /** Starts or proves itself while the current worker serves. */
  successor: ManagedWorker | undefined;
  /** Consecutive failures; a worker READY for `FORGET_AFTER_MS` resets them. */
  failures: number;
  restarts: number;
  lastExit: WorkerExit | undefined;
}

/** How a worker ended. */
export interface ExitRecord extends WorkerExit {
  id: number;
  slot: number;
}

export interface ExitOutcome {
  /** Whether it was told to end, without fault of its own, and exited with 0 in time. */
  isPlanned: boolean;
}

export interface SupervisorOptions {
  slots: number;
  supervision: ResolvedSupervisionOptions;
  /** Must stand still while this process does: messages unread meanwhile are not silence. */
  clock: Clock;
  /** 0 to 1, for the jitter of back-off. */
  random: () => number;
  /** Starts a worker in a slot. */
  spawn: (slot: number) => ManagedWorker;
  /** Orders a worker to drain. */
  drain: (worker: ManagedWorker, limits: DrainLimits) => void;
  /** Default limits of a drain. */
  drainLimits: DrainLimits;
  onReady: (worker: ManagedWorker) => void;
  onExit: (worker: ManagedWorker, exit: WorkerExit, outcome: ExitOutcome) => void;
  /** Returns the last stack of a worker killed for a blocked event loop. */
  stackOf?: (worker: ManagedWorker) => string[] | undefined;
  /** Minimum wait after a boot failure that would recur. @default 0 */
  lastingWaitMs?: number;
  /** Called at each start failure from `maxStartFailures` on if no worker was ever READY. */
  onGiveUp?: (reason: string) => void;
}

/** Time READY after which a slot's earlier failures are forgotten. */
const FORGET_AFTER_MS = 60_000;

/** Exits to keep. */
const KEPT_EXITS = 50;

/** Time beyond the hard limit of a drain before the worker is killed. */
const END_GRACE_MS = 1_000;

/**
 * Keeps every slot filled: starts one worker at a time, restarts with back-off, and kills workers
 * that don't boot or whose event loop is blocked. Driven by `tick()`. Planned replacements are
 * the task of `Rotation`.
 */
export class Supervisor {
  readonly slots: readonly Slot[];
  readonly #options: SupervisorOptions;
  /** Ending workers that have lost their slot. */
  readonly #leaving = new Map<ManagedWorker, { killAt: number }>();
  readonly #exits = new Ring<ExitRecord>(KEPT_EXITS);
  readonly exitCounts: ExitCounts;
  readonly #full = Promise.withResolvers<void>();
  #startFailures = 0;
  #hasBeenReady = false;
  #isStopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.exitCounts = exitCountsOf(options.slots);
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

  /** Current workers by slot, without successors and leaving ones. */
  get workers(): ManagedWorker[] {
    return this.slots.flatMap(({ state }) => (state.kind === 'ACTIVE' ? [state.worker] : []));
  }

  /** Whether every slot holds a READY worker. */
  get isFull(): boolean {
    return this.slots.every(({ state }) => {
      return state.kind === 'ACTIVE' && state.worker.state.kind === 'READY';
    });
  }

  /** Latest exits, planned or not, newest first. */
  get exits(): ExitRecord[] {
    return this.#exits.toArray().toReversed();
  }

  /** Resolves when every slot holds a READY worker for the first time. */
  get full(): Promise<void> {
    return this.#full.promise;
  }

  /** All workers, including successors and leaving ones. */
  get everyone(): ManagedWorker[] {
    const successors = this.slots.flatMap(({ successor }) => successor ?? []);
    return [...this.workers, ...successors, ...this.#leaving.keys()];
  }

  get leaving(): ManagedWorker[] {
    return [...this.#leaving.keys()];
  }

  /** Whether a worker may be started: none is starting. */
  get isQuiet(): boolean {
    return !this.#isStopping && !this.everyone.some(({ state }) => isStarting(state));
  }

  /** Whether the worker holds its slot. */
  holds(worker: ManagedWorker): boolean {
    const slot = this.slots[worker.slot];
    return slot?.state.kind === 'ACTIVE' && slot.state.worker === worker;
  }

  /** Checks every worker and starts the next one due. Call it several times a second. */
  tick(): void {
    const now = this.#options.clock.now();
    for (const worker of this.everyone) this.#watch(worker, now);
    for (const [worker, { killAt }] of this.#leaving) {
      if (now > killAt) this.#kill(worker, 'it did not end in time', now);
    }
    this.#startNext(now);
    this.#lookWhetherFull();
  }

  /** Starts a successor beside a slot's worker. */
  addSuccessor(slot: Slot): ManagedWorker {
    const successor = this.#options.spawn(slot.index);
    slot.successor = successor;
    return successor;
  }

  /** Gives the slot to the successor and drains its previous worker. */
  promote(slot: Slot, reason: string): void {
    const { successor, state } = slot;
    if (successor === undefined) return;
    slot.successor = undefined;
    slot.state = { kind: 'ACTIVE', worker: successor };
    slot.failures = 0;
    slot.restarts++;
    if (state.kind === 'ACTIVE') this.#leave(state.worker, reason, this.#options.drainLimits);
  }

  /** Drains a worker; its slot stays empty until `reopen()`. */
  vacate(worker: ManagedWorker, reason: string): void {
    const slot = this.slots[worker.slot];
    if (slot === undefined || !this.holds(worker)) return;
    this.#leave(worker, reason, this.#options.drainLimits);
    this.#refill(slot, Infinity);
  }

  /** Starts a worker in an empty slot as soon as none is starting. */
  reopen(slot: Slot): void {
    if (slot.state.kind !== 'BACKOFF') return;
    const now = this.#options.clock.now();
    slot.state = { kind: 'BACKOFF', until: now };
    this.#startNext(now);
  }

  /** Kills the successor; the current worker stays. */
  dismiss(slot: Slot, reason: string): void {
    const { successor } = slot;
    if (successor === undefined) return;
    slot.successor = undefined;
    this.#leaving.set(successor, { killAt: Infinity });
    this.#kill(successor, reason, this.#options.clock.now());
  }

  /** Drains a worker while another starts in its slot; after a failure, with back-off. */
  retire(
    worker: ManagedWorker,
    reason: string,
    {
      cause,
      end,
      limits = this.#options.drainLimits,
    }: { cause: 'asked' | 'failure'; end?: EndCause; limits?: DrainLimits },
  ): void {
    const slot = this.slots[worker.slot];
    if (slot === undefined || !this.holds(worker)) return;
    const now = this.#options.clock.now();
    if (cause === 'failure') {
      worker.isFaulty = true;
      worker.endCause ??= end;
      this.#countFailure(slot, worker.readyAt, now);
    }
    this.#leave(worker, reason, limits);
    this.#refill(
      slot,
      cause === 'failure' ? now + backoffMs(slot.failures, this.#options.random) : now,
    );
    this.#startNext(now);
  }

  /** Call when a worker's application is up and its listeners are granted. */
  ready(worker: ManagedWorker): void {
    if (!isStarting(worker.state)) return;
    const now = this.#options.clock.now();
    worker.heard(now);
    worker.apply({ kind: 'ready' }, now);
    worker.readyAt = now;
    worker.readyAtUnixMs = Date.now();
    this.#hasBeenReady = true;
    this.#options.onReady(worker);
    this.#startNext(now);
    this.#lookWhetherFull();
  }

  /** Call when a worker process has ended. */
  exited(worker: ManagedWorker, code: number | null, signal: string | null, reason?: string): void {
    const slot = this.slots[worker.slot];
    if (slot === undefined) return;
    const now = this.#options.clock.now();
    const wasAsked = worker.state.kind === 'DRAINING';
    const exit = exitRecord(worker, { code, signal, reason, now, wasAsked });
    worker.apply({ kind: 'exit', exit }, now);
    slot.lastExit = exit;
    this.exitCounts.add({ slot: String(worker.slot), cause: exit.cause });
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

  /** Stops starting and replacing workers. */
  stop(): void {
    this.#isStopping = true;
    for (const slot of this.slots) {
      if (slot.state.kind === 'BACKOFF') slot.state = { kind: 'CLOSED' };
    }
  }

  /** Called on ticks too: a worker may be STALLED when the last one becomes READY. */
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

  /** Fills an empty slot with its successor, if any, or waits until `until`. */
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
    const killAt = this.#options.clock.now() + limits.killAfterMs + END_GRACE_MS;
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
        worker.endCause ??= 'boot';
        this.#kill(worker, `not ready within ${bootTimeoutMs} ms`, now);
      }
      return;
    }
    const silentMs = now - worker.heardAt;
    if (silentMs > stalledAfterMs) worker.apply({ kind: 'silent' }, now);
    if (silentMs > hungAfterMs) this.#endHung(worker, now);
  }

  /** Spares one that an operator has taken out to look at it. */
  #endHung(worker: ManagedWorker, now: number): void {
    if (worker.out !== undefined) return;
    worker.lastStack = this.#options.stackOf?.(worker);
    worker.endCause ??= 'hung';
    const { hungAfterMs } = this.#options.supervision;
    this.#kill(worker, `its event loop was blocked for ${hungAfterMs} ms`, now);
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
