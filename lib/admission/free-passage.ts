import type { HookRequest, HookResponse } from '../common/request-hooks.ts';
import type { EndListener } from '../context/context-home.ts';
import type { RequestContext } from '../context/request-context.ts';
import type { AbandonedWork, Place } from './abandoned-work.ts';
import type { AdmissionGroup } from './admission-group.ts';
import type { CallerPriority } from './caller-priority.ts';
import type { Gate } from './gate.ts';
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

  /** @returns false where it needs a ticket */
  take(context: RequestContext, plan: RoutePlan, { raw }: HookRequest): boolean {
    // That of its context: hooks before this one take no time, or the ticket's own clock counts.
    const { startedAt: now, isActive, deadline } = context;
    if (!plan.isOrdinary || !isActive || deadline <= now || !this.#isCalm(now)) return false;
    const rank = this.#priority === undefined ? plan.rank : this.#priority.rankOf(raw, plan.rank);
    if (!this.#gate.pass(plan, rank, now)) return false;
    if (plan.isLimited) context.atEnd(plan.onEnd);
    return true;
  }

  /** What is told of the end of those of a group that came this way: one for all. */
  endOf(group: AdmissionGroup<Ticket>): EndListener {
    return ({ raw }) => {
      if (raw.writableEnded) this.#gate.giveBack(group);
      else this.#abandoned.add(new FreePlace(raw, () => this.#gate.giveBack(group)));
    };
  }

  /** Whether connections may stay: there is memory, and nobody was refused of late. */
  #isCalm(now: number): boolean {
    if (this.#share?.isUnderPressure(now) === true) return false;
    return this.#memory === undefined || this.#memory.rung === 'NONE';
  }
}

/** The place of a request that has no ticket. */
class FreePlace implements Place {
  readonly giveBack: () => void;
  readonly #raw: HookResponse;

  constructor(raw: HookResponse, giveBack: () => void) {
    this.#raw = raw;
    this.giveBack = giveBack;
  }

  get isAbandoned(): boolean {
    return !this.#raw.writableEnded;
  }
}
