import type { AdmissionGroup } from './admission-group.ts';
import type { QueueEntry } from './priority-queue.ts';
import type { Rank } from './priority.ts';
import type { RefusalReason } from './refusal-reason.ts';

/** `waiting`: the ticket is resumed or refused later. */
export type Verdict = 'admitted' | 'waiting' | RefusalReason;

/** Admission state of a request. */
export type TicketState =
  | { kind: 'NEW' }
  | { kind: 'WAITING'; entry: QueueEntry<Ticket> }
  | { kind: 'ADMITTED'; at: number }
  | { kind: 'OVER' };

/** A request that asks for admission. */
export interface Ticket {
  readonly group: AdmissionGroup<Ticket>;
  readonly rank: Rank;
  readonly arrivedAt: number;
  /** Deadline in milliseconds on the gate's clock; `Infinity`: none. */
  readonly deadlineAt: number;
  /** Whether it takes a place in flight; streams and upgrades do not. */
  readonly isLimited: boolean;
  /** Whether `Gate.vet` has checked it before its body was read. */
  readonly isVetted?: boolean;
  state: TicketState;
  /** Continues an admitted request after its wait. */
  resume(): void;
  /** Refuses the request after its wait. */
  refuse(reason: RefusalReason): void;
}
