import type { HookRequest } from '../common/request-hooks.ts';
import type { HandlerHold } from '../context/handler-work.ts';
import type { RequestContext } from '../context/request-context.ts';
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
 * The way in while there is nothing to decide, which is most of the time: nothing is made for a
 * request and no clock is read. What it costs is the memory that it looks at, so it looks at little.
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
   * @param now the start of its context, where no time has passed since
   * @returns false where it needs a ticket
   */
  take(
    context: RequestContext,
    plan: RoutePlan,
    { raw }: HookRequest,
    now = context.startedAt,
  ): boolean {
    const { isActive, deadline } = context;
    if (!plan.isOrdinary || !isActive || deadline <= now || !this.#isCalm(now)) return false;
    const rank = this.#priority === undefined ? plan.rank : this.#priority.rankOf(raw, plan.rank);
    if (!this.#gate.pass(plan, rank, now)) return false;
    if (plan.isLimited) context.handler?.hold(plan.hold);
    return true;
  }

  /** The places of a group's handlers that came this way: one object for all. */
  holdOf(group: AdmissionGroup<Ticket>): HandlerHold {
    return new HandlerPlace({
      group: group.name,
      abandoned: this.#abandoned,
      take: () => this.#gate.retake(group),
      giveBack: () => this.#gate.giveBack(group),
    });
  }

  /** Whether connections may stay: there is memory, and nobody was refused of late. */
  #isCalm(now: number): boolean {
    if (this.#share?.isUnderPressure(now) === true) return false;
    return this.#memory === undefined || this.#memory.rung === 'NONE';
  }
}
