import type { Clock } from '../common/clock.ts';
import type { WorkerUsage } from './control-messages.ts';
import type { ManagedWorker } from './managed-worker.ts';
import type { Slot, Supervisor } from './supervisor.ts';
import { isStarting } from './worker-state.ts';

/** What a replacement has to show before the old worker ends. */
export interface RotationTerms {
  /** In words, why the worker is replaced. */
  reason: string;
  /** Longest boot, in milliseconds. */
  readyWithinMs: number;
  /** How long the new worker must stay READY first, in milliseconds. */
  healthyForMs: number;
}

/** A worker as it was before, or is after a replacement. */
export interface RotationSide {
  id: number;
  pid: number | null;
  usage: WorkerUsage | null;
}

/** How a planned replacement went. */
export interface Replacement {
  slot: number;
  reason: string;
  outcome: 'replaced' | 'kept';
  /** In words, why the old worker was kept. */
  failure: string | null;
  before: RotationSide;
  after: RotationSide;
  /** From the start of the new worker until it took the place, in milliseconds. */
  tookMs: number;
  /** Wall-clock time, ISO 8601. */
  at: string;
}

interface Order {
  worker: ManagedWorker;
  terms: RotationTerms;
  resolve: (replacement: Replacement | undefined) => void;
}

interface Step extends Order {
  slot: Slot;
  before: RotationSide;
  successor: ManagedWorker;
  startedAt: number;
}

type RotationState =
  | { kind: 'IDLE' }
  | { kind: 'STARTING'; step: Step }
  | { kind: 'PROVING'; step: Step; readyAt: number }
  /** The old worker finishes what it has. */
  | { kind: 'ENDING'; step: Step; replacement: Replacement };

/**
 * How long the event loop of a new worker may be silent, in milliseconds: with its first requests
 * much is compiled, and a busy machine adds to that.
 */
const MAX_STALL_MS = 2_000;

/**
 * Planned replacements, one at a time in the whole group: the new worker is started beside the old
 * one, becomes READY, proves itself, and only then the old one drains. So there are never fewer
 * workers than places, and never more than one too many. Driven by `tick()`.
 */
export class Rotation {
  readonly #supervisor: Supervisor;
  readonly #clock: Clock;
  readonly #orders: Order[] = [];
  #state: RotationState = { kind: 'IDLE' };

  constructor(supervisor: Supervisor, clock: Clock) {
    this.#supervisor = supervisor;
    this.#clock = clock;
  }

  get isIdle(): boolean {
    return this.#state.kind === 'IDLE' && this.#orders.length === 0;
  }

  /** How far the replacement under way is; undefined: there is none. */
  get underWay(): { slot: number; phase: string; reason: string } | undefined {
    if (this.#state.kind === 'IDLE') return undefined;
    const { kind, step } = this.#state;
    return { slot: step.slot.index, phase: kind, reason: step.terms.reason };
  }

  /**
   * Replaces a worker, after those that were asked for before. Resolves when that is over, one way
   * or the other; with undefined when the worker had lost its place by then.
   */
  replace(worker: ManagedWorker, terms: RotationTerms): Promise<Replacement | undefined> {
    return new Promise((resolve) => {
      this.#orders.push({ worker, terms, resolve });
      this.tick();
    });
  }

  /** Gives up what has not begun. A replacement that is under way goes on. */
  cancelOrders(): void {
    for (const { resolve } of this.#orders.splice(0)) resolve(undefined);
  }

  /** Moves on as far as the workers have. Call it several times a second, and when a worker gets READY or ends. */
  tick(): void {
    switch (this.#state.kind) {
      case 'IDLE':
        return this.#begin();
      case 'STARTING':
        return this.#awaitReady(this.#state.step);
      case 'PROVING':
        return this.#awaitProof(this.#state.step, this.#state.readyAt);
      case 'ENDING':
        if (this.#state.step.worker.state.kind !== 'EXITED') return;
        return this.#end(this.#state.step, this.#state.replacement);
    }
  }

  #begin(): void {
    while (this.#supervisor.isQuiet) {
      const order = this.#orders.shift();
      if (order === undefined) return;
      const slot = this.#supervisor.slots[order.worker.slot];
      if (slot !== undefined && this.#supervisor.holds(order.worker)) {
        return this.#start(order, slot);
      }
      order.resolve(undefined);
    }
  }

  #start(order: Order, slot: Slot): void {
    const before = sideOf(order.worker);
    const startedAt = this.#clock.now();
    const successor = this.#supervisor.addSuccessor(slot);
    this.#state = { kind: 'STARTING', step: { ...order, slot, before, successor, startedAt } };
  }

  #awaitReady(step: Step): void {
    const { successor, startedAt, terms } = step;
    const now = this.#clock.now();
    if (isServing(successor)) {
      this.#state = { kind: 'PROVING', step, readyAt: now };
      return this.tick();
    }
    if (!isStarting(successor.state)) return this.#keep(step, endOf(successor));
    if (now - startedAt <= terms.readyWithinMs) return;
    this.#keep(step, `the new worker was not ready within ${terms.readyWithinMs} ms`);
  }

  #awaitProof(step: Step, readyAt: number): void {
    const { successor, terms, slot, worker, startedAt } = step;
    const now = this.#clock.now();
    const { state } = successor;
    if (!isServing(successor)) return this.#keep(step, endOf(successor));
    if (successor.unwell !== undefined)
      return this.#keep(step, `it is not well: ${successor.unwell}`);
    if (state.kind === 'STALLED') {
      if (now - state.since > MAX_STALL_MS) this.#keep(step, endOf(successor));
      return;
    }
    if (now - readyAt < terms.healthyForMs) return;
    // What both miss, as a database that is down, is no fault of the new one.
    if (!successor.passesChecks && worker.passesChecks) {
      if (now - startedAt <= terms.readyWithinMs) return;
      return this.#keep(step, 'it does not pass its readiness checks');
    }
    const replacement = this.#record(step, null);
    this.#supervisor.promote(slot, terms.reason);
    this.#state = { kind: 'ENDING', step, replacement };
    this.tick();
  }

  #keep(step: Step, failure: string): void {
    const replacement = this.#record(step, failure);
    this.#supervisor.dismiss(step.slot, failure);
    this.#end(step, replacement);
  }

  #end({ resolve }: Step, replacement: Replacement): void {
    this.#state = { kind: 'IDLE' };
    resolve(replacement);
    this.#begin();
  }

  #record(
    { slot, terms, before, successor, startedAt }: Step,
    failure: string | null,
  ): Replacement {
    return {
      slot: slot.index,
      reason: terms.reason,
      outcome: failure === null ? 'replaced' : 'kept',
      failure,
      before,
      after: sideOf(successor),
      tookMs: Math.round(this.#clock.now() - startedAt),
      at: new Date().toISOString(),
    };
  }
}

/** READY, though its loop may be silent for a moment. */
function isServing({ state }: ManagedWorker): boolean {
  return state.kind === 'READY' || state.kind === 'STALLED';
}

function sideOf({ id, process, usage }: ManagedWorker): RotationSide {
  return { id, pid: process?.pid ?? null, usage: usage ?? null };
}

/** In words, why a new worker that should be READY is not. */
function endOf({ state }: ManagedWorker): string {
  if (state.kind === 'EXITED') return `the new worker ended: ${state.exit.reason}`;
  if (state.kind === 'STALLED') return 'the event loop of the new worker is blocked';
  return `the new worker is ${state.kind}`;
}
