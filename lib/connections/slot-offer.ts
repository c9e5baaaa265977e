import type { ManagedConnection } from './managed-connection.ts';
import type { SlotWaiter } from './socket-slots.ts';

/** A waiter for a slot that also accepts a returned connection. */
export interface SlotOffer extends SlotWaiter {
  offered(connection: ManagedConnection): void;
}
