import type { Clock } from '../../common/clock.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { Slot, Supervisor } from '../supervision/supervisor.ts';
import { isStarting } from '../supervision/worker-state.ts';
import { type Replacement, type RotationSide, sideOf } from './replacement.ts';

/** What the new worker must prove before the old one ends. */
export interface RotationTerms {
  /** Reason for the replacement. */
  reason: string;
  /** Boot timeout. */
  bootTimeoutMs: number;
  /** Time that the new worker must stay READY. */
  healthyForMs: number;
}

interface Order {
  worker: ManagedWorker;
  terms: RotationTerms;
  resolve: (replacement: Replacement | undefined) => void;
}

interface Place extends Order {
  slot: Slot;
  before: RotationSide;
  /** Whether the old worker passed its readiness checks when the replacement began. */
  passedChecks: boolean;
  startedAt: number;
}

interface Step extends Place {
  successor: ManagedWorker;
}

/** Proof by a new worker so far. */
type Proof = 'given' | 'open' | { failure: string };

type RotationState =
  | { kind: 'IDLE' }
  | { kind: 'STARTING'; step: Step }
  | { kind: 'PROVING'; step: Step; readyAt: number }
  /** The old worker drains. */
  | { kind: 'ENDING'; step: Step; replacement: Replacement }
  /** No memory for both: the old worker drains before the new one starts. */
  | { kind: 'VACATING'; step: Place }
  /** The new worker starts and proves itself in the empty slot. */
  | { kind: 'REFILLING'; step: Place; successor: ManagedWorker | undefined; readyAt: number };

/** Longest stall of a new worker: its first requests compile much code. */
const MAX_STALL_MS = 2_000;

/** Limits of planned replacements. */
export interface RotationBounds {
  /** Whether there is memory for one more worker; otherwise the reason why not. */
  askForRoom: () => true | string;
  /** Workers that must stay READY and pass their readiness checks. */
  quorum: number;
}

/**
 * Planned replacements, one at a time per group: the new worker starts beside the old one, becomes
 * READY and proves itself; only then the old one drains. So a replacement never leaves fewer
 * workers than slots, and adds at most one. Without memory for one more, the kernel would kill a
 * process: there the old worker drains first, unless the quorum needs it. Driven by `tick()`.
 */
export class Rotation {
  readonly #supervisor: Supervisor;
  readonly #clock: Clock;
  readonly #bounds: RotationBounds;
  readonly #orders: Order[] = [];
  #state: RotationState = { kind: 'IDLE' };

  constructor(supervisor: Supervisor, clock: Clock, bounds: RotationBounds) {
    this.#supervisor = supervisor;
    this.#clock = clock;
    this.#bounds = bounds;
  }

  get isIdle(): boolean {
    return this.#state.kind === 'IDLE' && this.#orders.length === 0;
  }

  /** Phase of the current replacement; undefined if there is none. */
  get underWay(): { slot: number; phase: string; reason: string } | undefined {
    if (this.#state.kind === 'IDLE') return undefined;
    const { kind, step } = this.#state;
    return { slot: step.slot.index, phase: kind, reason: step.terms.reason };
  }

  /**
   * Queues the replacement of a worker. Resolves when it is over, successful or not; with undefined
   * if the worker has lost its slot meanwhile or the order was cancelled.
   */
  replace(worker: ManagedWorker, terms: RotationTerms): Promise<Replacement | undefined> {
    return new Promise((resolve) => {
      this.#orders.push({ worker, terms, resolve });
      this.tick();
    });
  }

  /** Cancels queued replacements. The current one goes on. */
  cancelOrders(): void {
    for (const { resolve } of this.#orders.splice(0)) resolve(undefined);
  }

  /** Advances. Call it several times a second, and when a worker becomes READY or ends. */
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
      case 'VACATING':
        return this.#awaitVacancy(this.#state.step);
      case 'REFILLING':
        return this.#awaitRefilled(this.#state);
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
    const { worker, terms } = order;
    const step = {
      ...order,
      slot,
      before: sideOf(worker),
      passedChecks: worker.passesChecks,
      startedAt: this.#clock.now(),
    };
    const room = this.#bounds.askForRoom();
    if (room === true) {
      const successor = this.#supervisor.addSuccessor(slot);
      this.#state = { kind: 'STARTING', step: { ...step, successor } };
    } else if (this.#isSpare(worker)) {
      this.#supervisor.vacate(worker, terms.reason);
      this.#state = { kind: 'VACATING', step };
    } else {
      order.resolve(this.#record(step, { outcome: 'kept', failure: room }, undefined));
      this.#begin();
    }
  }

  /** Whether the other workers meet the quorum. */
  #isSpare(worker: ManagedWorker): boolean {
    const others = this.#supervisor.workers.filter((one) => {
      return one !== worker && one.takesConnections && one.passesChecks;
    });
    return others.length >= this.#bounds.quorum;
  }

  #awaitVacancy(step: Place): void {
    if (step.worker.state.kind !== 'EXITED') return;
    this.#supervisor.reopen(step.slot);
    const refill = { ...step, startedAt: this.#clock.now() };
    this.#state = { kind: 'REFILLING', step: refill, successor: undefined, readyAt: Infinity };
    this.tick();
  }

  /** Observes the new worker only: whatever happens, the supervisor keeps the slot filled. */
  #awaitRefilled(state: Extract<RotationState, { kind: 'REFILLING' }>): void {
    const { step, readyAt } = state;
    const { slot, terms, startedAt } = step;
    if (slot.state.kind === 'CLOSED') return this.#end(step, undefined);
    const successor =
      state.successor ?? (slot.state.kind === 'ACTIVE' ? slot.state.worker : undefined);
    if (successor === undefined) return;
    const now = this.#clock.now();
    const fail = (failure: string): void => {
      this.#end(step, this.#record(step, { outcome: 'failed', failure }, successor));
    };
    if (isStarting(successor.state)) {
      this.#state = { ...state, successor };
      if (isLate(successor, now - startedAt, terms)) fail(lateness(terms));
      return;
    }
    if (readyAt === Infinity) this.#state = { ...state, successor, readyAt: now };
    const proof = this.#proofOf(successor, { step, readyAt: Math.min(readyAt, now) });
    if (proof === 'open') return;
    if (proof !== 'given') return fail(proof.failure);
    this.#end(step, this.#record(step, { outcome: 'replaced', failure: null }, successor));
  }

  #awaitReady(step: Step): void {
    const { successor, startedAt, terms } = step;
    const now = this.#clock.now();
    if (isServing(successor)) {
      this.#state = { kind: 'PROVING', step, readyAt: now };
      return this.tick();
    }
    if (!isStarting(successor.state)) return this.#keep(step, endOf(successor));
    if (isLate(successor, now - startedAt, terms)) this.#keep(step, lateness(terms));
  }

  #awaitProof(step: Step, readyAt: number): void {
    const proof = this.#proofOf(step.successor, { step, readyAt });
    if (proof === 'open') return;
    if (proof !== 'given') return this.#keep(step, proof.failure);
    const replacement = this.#record(step, { outcome: 'replaced', failure: null }, step.successor);
    this.#supervisor.promote(step.slot, step.terms.reason);
    this.#state = { kind: 'ENDING', step, replacement };
    this.tick();
  }

  #proofOf(successor: ManagedWorker, { step, readyAt }: { step: Place; readyAt: number }): Proof {
    const { terms, startedAt } = step;
    const now = this.#clock.now();
    const { state } = successor;
    if (!isServing(successor)) return { failure: endOf(successor) };
    const { livenessFailure } = successor;
    if (livenessFailure !== undefined) {
      return { failure: `its liveness check fails: ${livenessFailure}` };
    }
    if (state.kind === 'STALLED') {
      return now - state.since > MAX_STALL_MS ? { failure: endOf(successor) } : 'open';
    }
    if (now - readyAt < terms.healthyForMs) return 'open';
    if (successor.passesChecks || !mustPassChecks(step)) return 'given';
    if (now - startedAt <= terms.bootTimeoutMs) return 'open';
    return { failure: 'it does not pass its readiness checks' };
  }

  #keep(step: Step, failure: string): void {
    const replacement = this.#record(step, { outcome: 'kept', failure }, step.successor);
    this.#supervisor.dismiss(step.slot, failure);
    this.#end(step, replacement);
  }

  #end({ resolve }: Place, replacement: Replacement | undefined): void {
    this.#state = { kind: 'IDLE' };
    resolve(replacement);
    this.#begin();
  }

  #record(
    { slot, terms, before, startedAt }: Place,
    { outcome, failure }: Pick<Replacement, 'outcome' | 'failure'>,
    successor: ManagedWorker | undefined,
  ): Replacement {
    return {
      slot: slot.index,
      reason: terms.reason,
      outcome,
      failure,
      before,
      after: successor === undefined ? null : sideOf(successor),
      tookMs: Math.round(this.#clock.now() - startedAt),
      at: new Date().toISOString(),
    };
  }
}

/** A check that both fail, such as a database outage, is not the new worker's fault. */
function mustPassChecks({ worker, passedChecks }: Place): boolean {
  return worker.state.kind === 'EXITED' ? passedChecks : worker.passesChecks;
}

/** A debugged worker is never late. */
function isLate(
  { isDebugged }: ManagedWorker,
  bootMs: number,
  { bootTimeoutMs }: RotationTerms,
): boolean {
  return !isDebugged && bootMs > bootTimeoutMs;
}

function lateness({ bootTimeoutMs }: RotationTerms): string {
  return `the new worker was not ready within ${bootTimeoutMs} ms`;
}

/** READY, including a momentary stall. */
function isServing({ state }: ManagedWorker): boolean {
  return state.kind === 'READY' || state.kind === 'STALLED';
}

/** Returns why a new worker is not READY. */
function endOf({ state, reason }: ManagedWorker): string {
  if (state.kind === 'EXITED') return `the new worker ended: ${state.exit.reason}`;
  if (state.kind === 'STALLED') return 'the event loop of the new worker is blocked';
  return `the new worker was ended: ${reason ?? state.kind}`;
}
