import { AsyncLocalStorage } from 'node:async_hooks';

import type { AdmissionGroup } from './admission-group.ts';
import type { Rank } from './priority.ts';
import type { RefusalReason } from './refusal-reason.ts';
import type { RoutePlan } from './route-plans.ts';
import type { Ticket, TicketState } from './ticket.ts';

const NEW: TicketState = { kind: 'NEW' };

export interface Arrival {
  plan: Pick<RoutePlan, 'group' | 'isLimited'>;
  rank: Rank;
  arrivedAt: number;
  deadlineAt: number;
  isVetted?: boolean;
}

/** A request or an upgrade waiting for admission. */
export abstract class RequestTicket implements Ticket {
  readonly group: AdmissionGroup<Ticket>;
  readonly rank: Rank;
  readonly isLimited: boolean;
  readonly arrivedAt: number;
  readonly deadlineAt: number;
  readonly isVetted: boolean;
  state: TicketState = NEW;
  #enter: (<R>(fn: () => R) => R) | undefined;

  constructor({ plan, rank, arrivedAt, deadlineAt, isVetted = false }: Arrival) {
    this.group = plan.group;
    this.isLimited = plan.isLimited;
    this.rank = rank;
    this.arrivedAt = arrivedAt;
    this.deadlineAt = deadlineAt;
    this.isVetted = isVetted;
  }

  /** Continues after admission. */
  abstract goOn(): void;

  /** Answers the refusal. */
  abstract turnAway(reason: RefusalReason): void;

  /** Keeps the asynchronous context: a later admission runs in another one. */
  keepPlace(): void {
    this.#enter = AsyncLocalStorage.snapshot();
  }

  resume(): void {
    this.#enter?.(() => this.goOn());
  }

  refuse(reason: RefusalReason): void {
    this.#enter?.(() => this.turnAway(reason));
  }
}
