import type { Clock } from '../common/clock.ts';
import type { Stats } from '../stats/stats.ts';
import type { AddressHealth } from './address-health.ts';
import type { NameCaches } from './name-caches.ts';
import type { SlotOffer } from './slot-offer.ts';
import type { SlotUser, SocketSlots } from './socket-slots.ts';
import type { Schedule } from './stagger.ts';
import type { Random } from './weighted-order.ts';

/** Dependencies and state that all services of a manager share. */
export interface ConnectionsHome {
  readonly clock: Clock;
  readonly random: Random;
  readonly stats: Stats;
  readonly schedule: Schedule;
  readonly slots: SocketSlots<SlotOffer>;
  readonly names: NameCaches;
  /** Age at which a lease is logged as leaked; `Infinity`: never. */
  readonly leakAfterMs: number;
  /** Health of an address, shared by all services. */
  healthOf(key: string): AddressHealth;
  /** Whether the address may go down: every service with it has, or may have, another up. */
  mayGoDown(key: string): boolean;
  /** Closes an idle connection to free a slot for `user`; false when none helps. */
  makeRoom(user: SlotUser): boolean;
  /** Called when a lease is over. */
  onReturned(): void;
}
