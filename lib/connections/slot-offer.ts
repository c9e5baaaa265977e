import type { ManagedConnection } from './managed-connection.ts';
import type { SlotWaiter } from './socket-slots.ts';

/** Who waits for a slot; one that wants a pooled connection takes one that comes back, too. */
export interface SlotOffer extends SlotWaiter {
  offered(connection: ManagedConnection): void;
}
