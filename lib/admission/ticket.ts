import type { AdmissionGroup } from './admission-group.ts';
import type { QueueEntry } from './priority-queue.ts';
import type { Rank } from './priority.ts';
import type { RefusalReason } from './refusal-reason.ts';

/** `waiting`: it goes on by itself, later. */
export type Verdict = 'admitted' | 'waiting' | RefusalReason;

/** Where a request is on its way in. */
export type TicketState =
  | { kind: 'NEW' }
  | { kind: 'WAITING'; entry: QueueEntry<Ticket> }
  | { kind: 'ADMITTED'; at: number }
  | { kind: 'OVER' };

/** A request that wants in. */
export interface Ticket {
  readonly group: AdmissionGroup<Ticket>;
  readonly rank: Rank;
  readonly arrivedAt: number;
  /** When its time is up, on the gate's clock, in milliseconds; `Infinity`: never. */
  readonly deadlineAt: number;
  /** Whether it takes one of the places in flight: streams and upgrades do not. */
  readonly isLimited: boolean;
  /** Whether `Gate.vet` has looked at it before its body was read. */
  readonly isVetted?: boolean;
  state: TicketState;
  /** It has waited and is let in. */
  resume(): void;
  /** It has waited and is refused. */
  refuse(reason: RefusalReason): void;
}
