import type { Clock } from '../../common/clock.ts';
import { GroupOperationError } from '../cluster.errors.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { OperatorActions } from './operator-actions.ts';
import type { TakeOut } from './operators.options.ts';

export interface OutWorkersOptions {
  clock: Clock;
  actions: OperatorActions;
  /** Workers that hold their slots. */
  workers: () => readonly ManagedWorker[];
  /** READY workers that make the group ready. */
  quorum: number;
  /** Called when a worker takes connections again. */
  onBack: () => void;
}

/**
 * Workers that an operator took out to look at them: they get no new connections and are not ended,
 * while the others serve. Driven by `tick()`.
 */
export class OutWorkers {
  readonly #options: OutWorkersOptions;

  constructor(options: OutWorkersOptions) {
    this.#options = options;
  }

  /**
   * Takes a worker out; the latest order for it counts.
   *
   * @throws GroupOperationError if it does not serve, or the others would be too few
   */
  take(worker: ManagedWorker, { by, reason, forMs }: TakeOut): void {
    const { clock, actions } = this.#options;
    this.#refuse(worker);
    const since = worker.out?.since ?? new Date().toISOString();
    worker.out = { by, reason: reason ?? null, since, endsAt: clock.now() + forMs };
    worker.process?.send({ kind: 'out', isOut: true });
    const why = reason === undefined ? '' : `: ${reason}`;
    actions.add({ what: 'take-out', by, worker, text: `Worker taken out by ${by}${why}` });
  }

  /** @throws GroupOperationError if it is not out */
  putBack(worker: ManagedWorker, by: string): void {
    if (worker.out === undefined) throw new GroupOperationError(`worker ${worker.id} is not out`);
    this.#end(worker, by, `Worker put back by ${by}`);
  }

  /** Puts workers back whose time is over, or that are needed. Call it several times a second. */
  tick(): void {
    const now = this.#options.clock.now();
    for (const worker of this.#options.workers()) {
      const { out, state } = worker;
      if (out === undefined) continue;
      if (now >= out.endsAt) this.#end(worker, null, 'Worker put back: the duration expired');
      else if (state.kind === 'READY' && !this.#others(worker).some(isUp)) {
        this.#end(worker, null, 'Worker put back: no other one serves');
      }
    }
  }

  #refuse(worker: ManagedWorker): void {
    const { id, state } = worker;
    if (!isUp(worker)) {
      throw new GroupOperationError(`worker ${id} is not serving: ${state.kind}`);
    }
    const needed = Math.max(1, this.#options.quorum);
    const others = this.#others(worker).filter((one) => one.takesConnections && one.passesChecks);
    if (others.length >= needed) return;
    throw new GroupOperationError(
      `without worker ${id}, ready workers would drop to ${others.length}, below the ${needed} that ` +
        'the group needs (supervision.quorum): put another worker back, or raise workers',
    );
  }

  /** Other workers that are not out. */
  #others(worker: ManagedWorker): ManagedWorker[] {
    return this.#options.workers().filter((one) => one !== worker && one.out === undefined);
  }

  #end(worker: ManagedWorker, by: string | null, text: string): void {
    worker.out = undefined;
    worker.process?.send({ kind: 'out', isOut: false });
    this.#options.actions.add({ what: 'put-back', by, worker, text });
    this.#options.onBack();
  }
}

/** READY, or blocked for a moment. */
function isUp({ state }: ManagedWorker): boolean {
  return state.kind === 'READY' || state.kind === 'STALLED';
}
