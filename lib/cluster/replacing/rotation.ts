import type { Clock } from '../../common/clock.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { Slot } from '../supervision/slot.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import { isStarting } from '../supervision/worker-state.ts';
import type { ProofTerms } from './proof.ts';
import { type Replacement, sideOf } from './replacement.ts';
import { type Start, startOf } from './start-policy.ts';
import { Succession, type UnderWay } from './succession.ts';

/** Terms of a replacement. */
export interface RotationTerms extends ProofTerms {
  /** Reason for the replacement. */
  reason: string;
  /** Most replacements side by side, those not counted whose old worker drains. @default alone */
  surge?: number;
}

/** A replacement that was asked for. Both are undefined if the worker lost its slot, or the group ends. */
export interface Turn {
  /** Resolves when the slot has a new worker, or the replacement has failed. */
  readonly outcome: Promise<Replacement | undefined>;
  /** Resolves when the old worker has ended, too. */
  readonly ended: Promise<Replacement | undefined>;
}

/** Limits of planned replacements. */
export interface RotationBounds {
  /** Whether `count` more workers fit into memory; otherwise the reason why not. */
  askForRoom: (count: number) => true | string;
  /** Workers that must stay READY and pass their readiness checks. */
  quorum: number;
  /** Most workers that may boot at once. */
  maxStarting: number;
  /** Asks for a tick sooner than the next one. @default never */
  wakeAfter?: (ms: number) => void;
}

interface Order {
  worker: ManagedWorker;
  terms: RotationTerms;
  outcome: PromiseWithResolvers<Replacement | undefined>;
  ended: PromiseWithResolvers<Replacement | undefined>;
}

/**
 * Planned replacements: a new worker starts beside the old one, becomes READY and proves itself; only
 * then the old one drains. So a replacement never leaves fewer workers than slots. They run one at a
 * time, or side by side within a surge. Driven by `tick()`.
 */
export class Rotation {
  readonly #supervisor: Supervisor;
  readonly #clock: Clock;
  readonly #bounds: RotationBounds;
  readonly #orders: Order[] = [];
  #running: Succession[] = [];

  constructor(supervisor: Supervisor, clock: Clock, bounds: RotationBounds) {
    this.#supervisor = supervisor;
    this.#clock = clock;
    this.#bounds = bounds;
  }

  get isIdle(): boolean {
    return this.#running.length === 0 && this.#orders.length === 0;
  }

  /** Replacements under way, the oldest first. */
  get underWay(): UnderWay[] {
    return this.#running.flatMap(({ underWay }) => underWay);
  }

  /** Queues the replacement of a worker. */
  replace(worker: ManagedWorker, terms: RotationTerms): Turn {
    const order: Order = {
      worker,
      terms,
      outcome: Promise.withResolvers(),
      ended: Promise.withResolvers(),
    };
    this.#orders.push(order);
    this.tick();
    return { outcome: order.outcome.promise, ended: order.ended.promise };
  }

  /** Cancels queued replacements. Those under way go on. */
  cancelOrders(): void {
    for (const order of this.#orders.splice(0)) settle(order, undefined);
  }

  /** Advances. Call it several times a second, and when a worker becomes READY or ends. */
  tick(): void {
    if (this.#supervisor.isStopping) return this.#abandonAll();
    for (const one of this.#running) one.tick();
    this.#running = this.#running.filter(({ isOver }) => !isOver);
    let mayFollow = true;
    while (mayFollow) mayFollow = this.#startNext();
    this.#wakeInTime();
  }

  /** New workers drain with all others: their requests are not lost. */
  #abandonAll(): void {
    this.cancelOrders();
    for (const one of this.#running.splice(0)) one.abandon();
  }

  /** Starts the first order that may start. @returns whether another one may follow */
  #startNext(): boolean {
    for (const [at, order] of this.#orders.entries()) {
      const slot = this.#supervisor.slots[order.worker.slot];
      if (slot === undefined || !this.#supervisor.holds(order.worker)) {
        this.#orders.splice(at, 1);
        settle(order, undefined);
        return true;
      }
      const start = this.#startOf(order, slot);
      if (start === 'wait') continue;
      this.#orders.splice(at, 1);
      this.#start(order, slot, start);
      return true;
    }
    return false;
  }

  #start(order: Order, slot: Slot, start: Exclude<Start, 'wait'>): void {
    const { worker, terms, outcome, ended } = order;
    if (typeof start === 'object') {
      settle(order, keptFor(start.keep, order));
      return;
    }
    const options = {
      supervisor: this.#supervisor,
      clock: this.#clock,
      worker,
      slot,
      reason: terms.reason,
      terms,
      onOutcome: outcome.resolve,
      onEnd: () => ended.resolve(outcome.promise),
    };
    this.#running.push(new Succession(options, start));
  }

  #startOf({ worker, terms }: Order, slot: Slot): Start {
    const { slots, everyone, leaving } = this.#supervisor;
    const { askForRoom, maxStarting } = this.#bounds;
    const now = this.#clock.now();
    const starting = everyone.filter(({ state }) => isStarting(state)).length;
    const { surge } = terms;
    const counted = this.#running.filter(({ isEnding }) => surge === undefined || !isEnding);
    return startOf({
      underWay: counted.length,
      atOnce: surge ?? 1,
      isTaken: this.#running.some((one) => one.isIn(slot)),
      isEmptying: this.#running.some(({ isEmptying }) => isEmptying),
      starting,
      maxStarting,
      isVacant: slots.some(({ state }) => state.kind === 'BACKOFF' && state.until <= now),
      leaving: leaving.length,
      // Booting workers have not yet taken the memory they will need.
      room: askForRoom(starting + 1),
      isSpare: this.#isSpare(worker),
    });
  }

  /** Whether the other workers meet the quorum. */
  #isSpare(worker: ManagedWorker): boolean {
    const others = this.#supervisor.workers.filter((one) => {
      return one !== worker && one.takesConnections && one.passesChecks;
    });
    return others.length >= this.#bounds.quorum;
  }

  #wakeInTime(): void {
    const now = this.#clock.now();
    const waits = this.#running.map(({ dueAt }) => dueAt - now).filter((ms) => ms > 0);
    const soonest = Math.min(...waits);
    if (soonest < Infinity) this.#bounds.wakeAfter?.(soonest);
  }
}

function settle({ outcome, ended }: Order, replacement: Replacement | undefined): void {
  outcome.resolve(replacement);
  ended.resolve(replacement);
}

/** The record of a worker whose replacement could not start. */
function keptFor(failure: string, { worker, terms }: Order): Replacement {
  return {
    slot: worker.slot,
    reason: terms.reason,
    outcome: 'kept',
    failure,
    before: sideOf(worker),
    after: null,
    tookMs: 0,
    at: new Date().toISOString(),
  };
}
