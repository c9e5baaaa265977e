import type { Clock } from '../common/clock.ts';
import { backoffMs } from './backoff.ts';
import type { ResolvedSupervisionOptions } from './group.options.ts';
import type { ManagedWorker } from './managed-worker.ts';
import { isStarting, type WorkerExit } from './worker-state.ts';

/** What stands in a worker's place: a worker, or a wait until the next start. */
type SlotState =
  | { kind: 'ACTIVE'; worker: ManagedWorker }
  | { kind: 'BACKOFF'; until: number }
  | { kind: 'CLOSED' };

/** The place of a worker; workers come and go in it. */
export interface Slot {
  readonly index: number;
  state: SlotState;
  /** Failures in a row; a worker that was READY for long starts the count anew. */
  failures: number;
  restarts: number;
  lastExit: WorkerExit | undefined;
}

export interface SupervisorOptions {
  slots: number;
  supervision: ResolvedSupervisionOptions;
  clock: Clock;
  /** 0 to 1, for the jitter of waits. */
  random: () => number;
  /** Starts a worker in a slot. */
  spawn: (slot: number) => ManagedWorker;
  onReady: (worker: ManagedWorker) => void;
  onExit: (worker: ManagedWorker, exit: WorkerExit) => void;
  /** No worker ever became READY, as often as allowed. Absent: tries forever. */
  onGiveUp?: (reason: string) => void;
}

/** Time as READY after which a worker's failures are forgotten, in milliseconds. */
const FORGET_AFTER_MS = 60_000;

/**
 * Most silence that one look can add, in milliseconds. When the primary itself was stopped, the
 * time in which nobody listened is not the workers' silence.
 */
const MAX_LOOK_MS = 400;

/**
 * Keeps every slot filled: starts one worker at a time, replaces what ends after a growing wait,
 * and ends what does not start or no longer turns. Driven by `tick()`.
 */
export class Supervisor {
  readonly slots: readonly Slot[];
  readonly #options: SupervisorOptions;
  #lastTickAt: number;
  #startFailures = 0;
  #hasBeenReady = false;
  #isStopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#lastTickAt = options.clock.now();
    this.slots = Array.from({ length: options.slots }, (_, index) => ({
      index,
      state: { kind: 'BACKOFF', until: 0 },
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

  /** Looks after every worker and starts the next one that is due. Call it every 200 ms. */
  tick(): void {
    const now = this.#options.clock.now();
    const elapsedMs = Math.min(now - this.#lastTickAt, MAX_LOOK_MS);
    this.#lastTickAt = now;
    for (const worker of this.workers) this.#watch(worker, now, elapsedMs);
    this.#startNext(now);
  }

  /** A worker's application is up and its listeners are granted. */
  ready(worker: ManagedWorker): void {
    if (!isStarting(worker.state)) return;
    const now = this.#options.clock.now();
    worker.silentMs = 0;
    worker.apply({ kind: 'ready' }, now);
    worker.readyAt = now;
    this.#hasBeenReady = true;
    this.#options.onReady(worker);
    this.#startNext(now);
  }

  /** A worker process has ended. */
  exited(worker: ManagedWorker, code: number | null, signal: string | null): void {
    const slot = this.slots[worker.slot];
    if (slot === undefined) return;
    const now = this.#options.clock.now();
    const wasAsked = worker.state.kind === 'DRAINING';
    const exit = exitRecord(worker, { code, signal, now });
    worker.apply({ kind: 'exit', exit }, now);
    slot.lastExit = exit;
    if (!wasAsked) this.#countFailure(slot, worker.readyAt, now);
    const waitMs = wasAsked ? 0 : backoffMs(slot.failures, this.#options.random);
    this.#scheduleReplacement(slot, now + waitMs);
    this.#options.onExit(worker, exit);
    if (worker.readyAt === undefined && !wasAsked) this.#countStartFailure(exit);
    this.#startNext(now);
  }

  /** Starts nothing any more; workers that end are not replaced. */
  stop(): void {
    this.#isStopping = true;
    for (const slot of this.slots) {
      if (slot.state.kind === 'BACKOFF') slot.state = { kind: 'CLOSED' };
    }
  }

  #countFailure(slot: Slot, readyAt: number | undefined, now: number): void {
    if (readyAt !== undefined && now - readyAt >= FORGET_AFTER_MS) slot.failures = 0;
    slot.failures++;
  }

  #scheduleReplacement(slot: Slot, until: number): void {
    if (this.#isStopping) {
      slot.state = { kind: 'CLOSED' };
      return;
    }
    slot.restarts++;
    slot.state = { kind: 'BACKOFF', until };
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
    if (this.#isStopping || this.workers.some(({ state }) => isStarting(state))) return;
    const slot = this.slots.find(({ state }) => state.kind === 'BACKOFF' && state.until <= now);
    if (slot !== undefined)
      slot.state = { kind: 'ACTIVE', worker: this.#options.spawn(slot.index) };
  }

  #watch(worker: ManagedWorker, now: number, elapsedMs: number): void {
    if (worker.state.kind === 'STOPPING') return;
    const { bootTimeoutMs, stalledAfterMs, hungAfterMs } = this.#options.supervision;
    if (isStarting(worker.state)) {
      if (now - worker.spawnedAt > bootTimeoutMs) {
        this.#kill(worker, `not ready within ${bootTimeoutMs} ms`, now);
      }
      return;
    }
    worker.silentMs += elapsedMs;
    if (worker.silentMs > stalledAfterMs) worker.apply({ kind: 'silent' }, now);
    if (worker.silentMs > hungAfterMs) {
      this.#kill(worker, `its event loop was blocked for ${hungAfterMs} ms`, now);
    }
  }

  #kill(worker: ManagedWorker, reason: string, now: number): void {
    worker.reason = reason;
    worker.apply({ kind: 'stop' }, now);
    worker.process?.kill('SIGKILL');
  }
}

function exitRecord(
  worker: ManagedWorker,
  { code, signal, now }: { code: number | null; signal: string | null; now: number },
): WorkerExit {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  return {
    pid: worker.process?.pid ?? 0,
    code,
    signal,
    reason: worker.reason === undefined ? how : `${worker.reason} (${how})`,
    uptimeMs: Math.round(now - worker.spawnedAt),
    at: new Date().toISOString(),
  };
}
