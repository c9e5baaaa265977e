import type { Clock } from '../../common/clock.ts';
import { Ring } from '../../stats/ring.ts';
import type { DrainLimits } from '../drain.options.ts';
import type { ResolvedSupervisionOptions } from '../group.options.ts';
import { backoffMs } from './backoff.ts';
import { ExitCounts, exitRecord, isOrderly } from './exit-record.ts';
import type { ManagedWorker } from './managed-worker.ts';
import { emptySlots, isNeeded, type Slot } from './slot.ts';
import { type FailedTry, NO_FAILURE, StartOrder } from './start-order.ts';
import { type EndCause, isStarting, type WorkerExit } from './worker-state.ts';
import { kill, WorkerWatch, type WorkerWatchOptions } from './worker-watch.ts';

/** How a worker ended. */
export interface ExitRecord extends WorkerExit {
  id: number;
  slot: number;
}

export interface ExitOutcome {
  /** Whether it was told to end, without fault of its own, and exited with 0 in time. */
  isPlanned: boolean;
  /** Whether it failed to start like another that started beside it: one record tells of both. */
  isRepeat: boolean;
}

export interface SupervisorOptions extends WorkerWatchOptions {
  slots: number;
  /** Slots that get a worker, the lowest ones; `resize` changes it. @default all */
  needed?: number;
  supervision: ResolvedSupervisionOptions;
  /** Workers that may start at once, until every slot was READY and while none serves. @default 1 */
  startsAtOnce?: number;
  /** The same once every slot was READY, beside workers that serve. @default 1 */
  startsBeside?: number;
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
 * Keeps every needed slot filled: starts workers in a `StartOrder`, restarts with back-off, and kills
 * workers that don't boot or whose event loop is blocked. Driven by `tick()`. Planned replacements
 * are the task of `Rotation`.
 */
export class Supervisor {
  readonly slots: readonly Slot[];
  readonly #options: SupervisorOptions;
  /** Ending workers that have lost their slot. */
  readonly #leaving = new Map<ManagedWorker, { killAt: number }>();
  readonly #exits = new Ring<ExitRecord>(KEPT_EXITS);
  readonly exitCounts = new ExitCounts();
  readonly #full = Promise.withResolvers<void>();
  readonly #order: StartOrder;
  readonly #watch: WorkerWatch;
  #startFailures = 0;
  #hasBeenReady = false;
  #isStopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#order = new StartOrder(options.startsAtOnce ?? 1, options.startsBeside);
    this.#watch = new WorkerWatch(options);
    this.slots = emptySlots(options.slots, options.needed ?? options.slots);
    for (const { index } of this.#neededSlots) this.exitCounts.expectOf(index);
  }

  get hasBeenReady(): boolean {
    return this.#hasBeenReady;
  }

  /** Whether every slot was READY once. */
  get hasStarted(): boolean {
    return this.#order.hasStarted;
  }

  /** Current workers by slot, without successors and leaving ones. */
  get workers(): ManagedWorker[] {
    return this.slots.flatMap(({ state }) => (state.kind === 'ACTIVE' ? [state.worker] : []));
  }

  /** Number of slots that the group needs. */
  get needed(): number {
    return this.#neededSlots.length;
  }

  get #neededSlots(): Slot[] {
    return this.slots.filter(isNeeded);
  }

  /** Whether every needed slot holds a READY worker. */
  get isFull(): boolean {
    return this.#neededSlots.every(({ state }) => {
      return state.kind === 'ACTIVE' && state.worker.state.kind === 'READY';
    });
  }

  /** Latest exits, planned or not, newest first. */
  get exits(): ExitRecord[] {
    return this.#exits.toArray().toReversed();
  }

  /** Resolves when every needed slot holds a READY worker for the first time. */
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

  /** Whether it starts and replaces no more workers. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Whether a worker may be started: none is starting. */
  get isQuiet(): boolean {
    return !this.#isStopping && this.#starting === 0;
  }

  get #starting(): number {
    return this.everyone.filter(({ state }) => isStarting(state)).length;
  }

  /** Whether the worker holds its slot. */
  holds(worker: ManagedWorker): boolean {
    const slot = this.slots[worker.slot];
    return slot?.state.kind === 'ACTIVE' && slot.state.worker === worker;
  }

  /** Checks every worker and starts those that are due. Call it several times a second. */
  tick(): void {
    const now = this.#options.clock.now();
    for (const worker of this.everyone) this.#watch.look(worker, now);
    for (const [worker, { killAt }] of this.#leaving) {
      if (now > killAt) kill(worker, 'it did not end in time', now);
    }
    this.#startNext(now);
    this.#lookWhetherFull();
  }

  /** Starts a successor beside a slot's worker. */
  addSuccessor(slot: Slot): ManagedWorker {
    const successor = this.#spawn(slot);
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

  /** Starts a worker in an empty slot as soon as its turn has come. */
  reopen(slot: Slot): void {
    if (slot.state.kind !== 'BACKOFF') return;
    const now = this.#options.clock.now();
    slot.state = { kind: 'BACKOFF', until: now };
    this.#startNext(now);
  }

  /** Drains a successor that serves, and kills any other; the current worker stays. */
  dismiss(slot: Slot, reason: string): void {
    const { successor } = slot;
    if (successor === undefined) return;
    slot.successor = undefined;
    if (successor.state.kind === 'READY') {
      successor.isFaulty = true;
      return this.#leave(successor, reason, this.#options.drainLimits);
    }
    this.#leaving.set(successor, { killAt: Infinity });
    kill(successor, reason, this.#options.clock.now());
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

  /**
   * Changes how many slots are needed. Workers in higher slots drain and leave them PARKED; needed
   * slots that were PARKED get a worker.
   */
  resize(needed: number, reason: string): void {
    if (this.#isStopping) return;
    const now = this.#options.clock.now();
    for (const slot of this.slots) {
      if (slot.index >= needed) this.#park(slot, reason);
      else if (!isNeeded(slot)) {
        this.exitCounts.expectOf(slot.index);
        slot.state = { kind: 'BACKOFF', until: now };
      }
    }
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
    this.#order.ready();
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
    const { isTry, isRepeat } =
      wasAsked || hadLeft ? NO_FAILURE : this.#failedTry(worker, exit.reason);
    const isPlanned = wasAsked && isOrderly(worker, code);
    this.#options.onExit(worker, exit, { isPlanned, isRepeat });
    if (isTry) this.#countStartFailure(exit);
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
    if (!this.isFull) return;
    this.#order.full();
    this.#full.resolve();
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

  #park(slot: Slot, reason: string): void {
    const { state, successor } = slot;
    slot.state = { kind: 'PARKED' };
    slot.successor = undefined;
    // A successor may have taken requests already.
    if (successor !== undefined) this.#leave(successor, reason, this.#options.drainLimits);
    if (state.kind === 'ACTIVE') this.#leave(state.worker, reason, this.#options.drainLimits);
  }

  #leave(worker: ManagedWorker, reason: string, limits: DrainLimits): void {
    const now = this.#options.clock.now();
    worker.reason ??= reason;
    // One that boots is silent: that counts from here on.
    if (isStarting(worker.state)) worker.heard(now);
    this.#leaving.set(worker, { killAt: now + limits.killAfterMs + END_GRACE_MS });
    this.#options.drain(worker, limits);
  }

  #failedTry({ id, readyAt }: ManagedWorker, reason: string): FailedTry {
    return readyAt === undefined ? this.#order.failed(id, reason) : NO_FAILURE;
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
    if (this.#isStopping) return;
    let starting = this.#starting;
    const serving = this.workers.filter(({ state }) => state.kind === 'READY').length;
    for (const slot of this.slots) {
      if (slot.state.kind !== 'BACKOFF' || slot.state.until > now) continue;
      if (!this.#order.allowsAnother(starting++, serving)) return;
      slot.state = { kind: 'ACTIVE', worker: this.#spawn(slot) };
    }
  }

  #spawn({ index }: Slot): ManagedWorker {
    const worker = this.#options.spawn(index);
    this.#order.started(worker.id);
    return worker;
  }
}
