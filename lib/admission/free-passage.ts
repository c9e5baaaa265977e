import type { HookRequest } from '../common/http/request-hooks.ts';
import type { HandlerHold } from '../context/handler-work.ts';
import type { ManagedContext } from '../context/managed-context.ts';
import type { AbandonedWork } from './abandoned-work.ts';
import type { AdmissionGroup } from './admission-group.ts';
import type { CallerPriority } from './caller-priority.ts';
import type { Gate } from './gate.ts';
import { HandlerPlace } from './handler-place.ts';
import type { MemoryRungs } from './memory-rungs.ts';
import type { ReconnectShare } from './reconnect-share.ts';
import type { RoutePlan } from './route-plans.ts';
import type { Ticket } from './ticket.ts';

export interface FreePassageOptions {
  gate: Gate;
  abandoned: AbandonedWork;
  priority: CallerPriority | undefined;
  memory: MemoryRungs | undefined;
  share: ReconnectShare | undefined;
}

/**
 * Fast path for low load: allocates nothing per request and reads no clock. Its cost is memory
 * access, so it touches few objects.
 */
export class FreePassage {
  readonly #gate: Gate;
  readonly #abandoned: AbandonedWork;
  readonly #priority: CallerPriority | undefined;
  readonly #memory: MemoryRungs | undefined;
  readonly #share: ReconnectShare | undefined;

  constructor({ gate, abandoned, priority, memory, share }: FreePassageOptions) {
    this.#gate = gate;
    this.#abandoned = abandoned;
    this.#priority = priority;
    this.#memory = memory;
    this.#share = share;
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
    if (!plan.isOrdinary || !isActive || deadlineAt <= now || !this.#isCalm(now)) return false;
    const rank = this.#priority === undefined ? plan.rank : this.#priority.rankOf(raw, plan.rank);
    if (!this.#gate.pass(plan, rank, now)) return false;
    if (plan.isLimited) context.handler?.hold(plan.hold);
    return true;
  }

  /** Hold shared by all handlers of a group that took this path. */
  holdOf(group: AdmissionGroup<Ticket>): HandlerHold {
    return new HandlerPlace({
      group: group.name,
      abandoned: this.#abandoned,
      take: () => this.#gate.retake(group),
      giveBack: () => this.#gate.giveBack(group),
    });
  }

  /** Whether connections may stay open: memory suffices and nothing was refused recently. */
  #isCalm(now: number): boolean {
    if (this.#share?.isUnderPressure(now) === true) return false;
    return this.#memory === undefined || this.#memory.rung === 'NONE';
  }
}
