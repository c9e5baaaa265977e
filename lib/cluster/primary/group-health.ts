import type { Clock } from '../../common/clock.ts';
import type { OperatorActions } from './operator-actions.ts';
import type { FailHealth } from './operators.options.ts';

/** Health that an operator failed. */
export interface HealthFailure {
  by: string;
  /** Null: none was given. */
  reason: string | null;
  /** ISO 8601. */
  since: string;
  /** Time until it ends by itself; null: it lasts until an operator restores it. */
  remainingMs: number | null;
}

interface Failed extends Pick<HealthFailure, 'by' | 'reason' | 'since'> {
  /** On the clock; Infinity: never. */
  endsAt: number;
}

export interface GroupHealthOptions {
  clock: Clock;
  actions: OperatorActions;
  /** Failure in the group that this one takes over from. @default none */
  inherited?: HealthFailure | null;
  /** Called when the health was failed or restored. */
  onChange: () => void;
}

/**
 * Health that an operator fails and restores, as Envoy's `/healthcheck/fail` and `/ok`: the group
 * says that it is not ready, while all of its workers go on serving. Driven by `tick()`.
 */
export class GroupHealth {
  readonly #options: GroupHealthOptions;
  #failed: Failed | undefined;

  constructor(options: GroupHealthOptions) {
    this.#options = options;
    this.#failed = this.#failedBy(options.inherited ?? null);
  }

  get isFailed(): boolean {
    return this.#failed !== undefined;
  }

  get failure(): HealthFailure | null {
    if (this.#failed === undefined) return null;
    const { endsAt, ...failed } = this.#failed;
    const leftMs = Math.max(0, Math.round(endsAt - this.#options.clock.now()));
    return { ...failed, remainingMs: endsAt === Infinity ? null : leftMs };
  }

  /** Has the state of the group that this one takes over from. */
  adopt(failure: HealthFailure | null): void {
    const wasFailed = this.isFailed;
    this.#failed = this.#failedBy(failure);
    if (wasFailed !== this.isFailed) this.#options.onChange();
  }

  /** Fails the health; the latest order counts. */
  fail(order: FailHealth): void {
    const { clock, actions, onChange } = this.#options;
    const { by, reason = null, forMs } = order;
    this.#failed = {
      by,
      reason,
      since: this.#failed?.since ?? new Date().toISOString(),
      endsAt: clock.now() + (forMs ?? Infinity),
    };
    const why = reason === null ? '' : `: ${reason}`;
    actions.add({ what: 'fail-health', by, text: `Health failed by ${by}${why}` });
    onChange();
  }

  /** Ends the failure. @returns whether there was one */
  restore(by: string): boolean {
    return this.#end(by, `Health restored by ${by}`);
  }

  /** Restores the health when its time is over. Call it several times a second. */
  tick(): void {
    const { endsAt = Infinity } = this.#failed ?? {};
    if (this.#options.clock.now() >= endsAt)
      this.#end(null, 'Health restored: the duration expired');
  }

  #failedBy(failure: HealthFailure | null): Failed | undefined {
    if (failure === null) return undefined;
    const { remainingMs, ...failed } = failure;
    return { ...failed, endsAt: this.#options.clock.now() + (remainingMs ?? Infinity) };
  }

  #end(by: string | null, text: string): boolean {
    if (this.#failed === undefined) return false;
    this.#failed = undefined;
    this.#options.actions.add({ what: 'restore-health', by, text });
    this.#options.onChange();
    return true;
  }
}
