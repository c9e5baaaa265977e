import type { Clock } from '../../common/clock.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { Slot } from '../supervision/slot.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import { isStarting } from '../supervision/worker-state.ts';
import { type Proof, proofOf, type ProofTerms, provenAt } from './proof.ts';
import { type Replacement, sideOf } from './replacement.ts';

/** A replacement under way, as pages show it. */
export interface UnderWay {
  slot: number;
  reason: string;
  phase: 'STARTING' | 'PROVING' | 'ENDING' | 'VACATING' | 'REFILLING';
}

export interface SuccessionOptions {
  supervisor: Supervisor;
  clock: Clock;
  /** The old worker. */
  worker: ManagedWorker;
  slot: Slot;
  /** Reason for the replacement. */
  reason: string;
  terms: ProofTerms;
  /** Called once with the outcome; the old worker may still drain. Undefined: none is known. */
  onOutcome: (replacement: Replacement | undefined) => void;
  /** Called once when nothing is left to do. */
  onEnd: () => void;
}

type SuccessionState =
  /** The new worker starts and proves itself beside the old one. */
  | { kind: 'BESIDE'; successor: ManagedWorker }
  /** The new worker has the slot, the old one drains. */
  | { kind: 'ENDING' }
  /** No memory for both: the old worker drains before the new one starts. */
  | { kind: 'VACATING' }
  /** The new worker starts and proves itself in the empty slot. */
  | { kind: 'REFILLING'; successor: ManagedWorker | undefined }
  | { kind: 'OVER' };

/** One worker follows another in a slot. Driven by `tick()`. */
export class Succession {
  readonly #options: SuccessionOptions;
  readonly #before: Replacement['before'];
  /** Whether the old worker passed its readiness checks when the replacement began. */
  readonly #passedChecks: boolean;
  #startedAt: number;
  #isSettled = false;
  #state: SuccessionState;

  /** @param how `in place`: the old worker ends before the new one starts */
  constructor(options: SuccessionOptions, how: 'beside' | 'in place') {
    const { supervisor, clock, worker, slot, reason } = options;
    this.#options = options;
    this.#before = sideOf(worker);
    this.#passedChecks = worker.passesChecks;
    this.#startedAt = clock.now();
    if (how === 'beside') {
      this.#state = { kind: 'BESIDE', successor: supervisor.addSuccessor(slot) };
    } else {
      supervisor.vacate(worker, reason);
      this.#state = { kind: 'VACATING' };
    }
  }

  get isOver(): boolean {
    return this.#state.kind === 'OVER';
  }

  /** Whether its new worker does not have the slot yet, or proves itself there. */
  isIn(slot: Slot): boolean {
    return this.#options.slot === slot && !this.isEnding && !this.isOver;
  }

  /** Whether the new worker has the slot, and nothing more to prove. */
  get isEnding(): boolean {
    return this.#state.kind === 'ENDING';
  }

  /** Whether the old worker ends first. */
  get isEmptying(): boolean {
    return this.#state.kind === 'VACATING' || this.#state.kind === 'REFILLING';
  }

  get underWay(): UnderWay[] {
    const state = this.#state;
    if (state.kind === 'OVER') return [];
    const { slot, reason } = this.#options;
    return [{ slot: slot.index, reason, phase: phaseOf(state) }];
  }

  /** When the new worker has proved itself if it stays well; Infinity: not known. */
  get dueAt(): number {
    const state = this.#state;
    const successor = 'successor' in state ? state.successor : undefined;
    return successor === undefined ? Infinity : provenAt(successor, this.#options.terms);
  }

  /** Advances. Call it several times a second, when a worker becomes READY or ends, and at `dueAt`. */
  tick(): void {
    const state = this.#state;
    switch (state.kind) {
      case 'BESIDE':
        return this.#awaitProof(state.successor);
      case 'ENDING':
        if (this.#options.worker.state.kind === 'EXITED') this.#end();
        return;
      case 'VACATING':
        return this.#awaitVacancy();
      case 'REFILLING':
        return this.#awaitRefilled(state.successor);
      case 'OVER':
        return;
    }
  }

  /** Ends without an outcome: the group ends. */
  abandon(): void {
    if (this.isOver) return;
    if (!this.#isSettled) this.#options.onOutcome(undefined);
    this.#end();
  }

  #awaitProof(successor: ManagedWorker): void {
    const { supervisor, slot, worker, reason } = this.#options;
    const proof = this.#proofOf(successor);
    if (proof === 'open') return;
    if (proof === 'given') {
      this.#settle({ outcome: 'replaced', failure: null }, successor);
      supervisor.promote(slot, reason);
      this.#state = { kind: 'ENDING' };
      return this.tick();
    }
    const { failure } = proof;
    const outcome = supervisor.holds(worker) ? 'kept' : 'failed';
    this.#settle({ outcome, failure }, successor);
    supervisor.dismiss(slot, failure);
    this.#end();
  }

  #awaitVacancy(): void {
    const { supervisor, slot, worker, clock } = this.#options;
    if (worker.state.kind !== 'EXITED') return;
    this.#startedAt = clock.now();
    this.#state = { kind: 'REFILLING', successor: undefined };
    supervisor.reopen(slot);
    this.tick();
  }

  /** Observes the new worker only: whatever happens, the supervisor keeps the slot filled. */
  #awaitRefilled(known: ManagedWorker | undefined): void {
    const { state } = this.#options.slot;
    if (state.kind === 'PARKED') return this.abandon();
    const successor = known ?? (state.kind === 'ACTIVE' ? state.worker : undefined);
    if (successor === undefined) return;
    this.#state = { kind: 'REFILLING', successor };
    const proof = this.#proofOf(successor);
    if (proof === 'open') return;
    if (proof === 'given') this.#settle({ outcome: 'replaced', failure: null }, successor);
    else this.#settle({ outcome: 'failed', failure: proof.failure }, successor);
    this.#end();
  }

  #proofOf(successor: ManagedWorker): Proof {
    const { worker, terms, clock } = this.#options;
    // A check that both fail, such as a database outage, is not the new worker's fault.
    const mustPassChecks =
      worker.state.kind === 'EXITED' ? this.#passedChecks : worker.passesChecks;
    return proofOf(successor, terms, {
      now: clock.now(),
      startedAt: this.#startedAt,
      mustPassChecks,
    });
  }

  #settle(
    { outcome, failure }: Pick<Replacement, 'outcome' | 'failure'>,
    successor: ManagedWorker,
  ): void {
    const { slot, reason, clock, onOutcome } = this.#options;
    this.#isSettled = true;
    onOutcome({
      slot: slot.index,
      reason,
      outcome,
      failure,
      before: this.#before,
      after: sideOf(successor),
      tookMs: Math.round(clock.now() - this.#startedAt),
      at: new Date().toISOString(),
    });
  }

  #end(): void {
    this.#state = { kind: 'OVER' };
    this.#options.onEnd();
  }
}

function phaseOf(state: Exclude<SuccessionState, { kind: 'OVER' }>): UnderWay['phase'] {
  if (state.kind !== 'BESIDE') return state.kind;
  return isStarting(state.successor.state) ? 'STARTING' : 'PROVING';
}
