import type { HookRequest } from '../common/http/request-hooks.ts';
import type { HandlerHold } from '../context/handler-work.ts';
import type { ManagedContext } from '../context/managed-context.ts';
import type { AbandonedWork } from './abandoned-work.ts';
import type { AdmissionGroup } from './admission-group.ts';
import type { CallerPriority } from './caller-priority.ts';
import type { Gate } from './gate.ts';
import { HandlerPlace } from './handler-place.ts';
import type { RoutePlan } from './route-plans.ts';
import type { Ticket } from './ticket.ts';

export interface FreePassageOptions {
  gate: Gate;
  abandoned: AbandonedWork;
  priority: CallerPriority | undefined;
}

/**
 * Fast path for low load: allocates nothing per request, and reads no clock but the gate's, every few
 * milliseconds. Its cost is memory access, so it touches few objects.
 */
export class FreePassage {
  readonly #gate: Gate;
  readonly #abandoned: AbandonedWork;
  readonly #priority: CallerPriority | undefined;

  constructor({ gate, abandoned, priority }: FreePassageOptions) {
    this.#gate = gate;
    this.#abandoned = abandoned;
    this.#priority = priority;
  }

  /**
   * @param now start of the request's context, unless time has passed since
   * @returns false if the request needs a ticket
   */
  take(
    context: ManagedContext,
    plan: RoutePlan,
    { raw }: HookRequest,
    now = context.startedAt,
  ): boolean {
    const { isActive, deadlineAt } = context;
    if (!plan.isOrdinary || !isActive || deadlineAt <= now) return false;
    const rank = this.#priority === undefined ? plan.rank : this.#priority.rankOf(raw, plan.rank);
    if (!this.#gate.pass(plan, rank, now)) return false;
    if (plan.isLimited) context.handler?.hold(plan.hold);
    return true;
  }

  /** Hold shared by all handlers of a group that took this path. */
  holdOf(group: AdmissionGroup<Ticket>): HandlerHold {
    const places = this.#gate;
    return new HandlerPlace({ places, group, name: group.name, abandoned: this.#abandoned });
  }
}
