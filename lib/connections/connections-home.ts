import type { Clock } from '../common/clock.ts';
import type { Stats } from '../stats/stats.ts';
import type { AddressHealth } from './address-health.ts';
import type { NameCaches } from './name-caches.ts';
import type { SlotOffer } from './slot-offer.ts';
import type { SlotUser, SocketSlots } from './socket-slots.ts';
import type { Schedule } from './stagger.ts';
import type { Random } from './weighted-order.ts';

/** What all services of a manager share. */
export interface ConnectionsHome {
  readonly clock: Clock;
  readonly random: Random;
  readonly stats: Stats;
  /** Runs what outlives a request where no request is: it would keep the request alive. */
  readonly atBoot: <T>(fn: () => T) => T;
  readonly schedule: Schedule;
  readonly slots: SocketSlots<SlotOffer>;
  readonly names: NameCaches;
  /** Leases that are not given back for so long are logged, in milliseconds. */
  readonly leakAfterMs: number;
  /** The health of an address, the same for all services. */
  healthOf(key: string): AddressHealth;
  /** Whether the address may be marked down: some service may have no other. */
  mayGoDown(key: string): boolean;
  /** Closes an idle connection that takes the place of one that is wanted; false: there is none. */
  makeRoom(user: SlotUser): boolean;
  /** A lease is over. */
  onReturned(): void;
}
