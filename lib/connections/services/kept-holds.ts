import type { Clock } from '../../common/clock.ts';
import { followKept } from '../../reports/kept-changes.ts';
import type { Settings } from '../../reports/settings.ts';
import { HOLD_PREFIX } from './hold.options.ts';
import type { ManagedServices } from './managed-services.ts';

/** Holds down the addresses that the group keeps held. @returns ends it */
export function followHolds(
  services: ManagedServices,
  settings: Settings,
  clock: Clock,
): () => void {
  const kind = {
    prefix: HOLD_PREFIX,
    keep: (address: string, _held: unknown, forMs: number) => services.keepHeld(address, forMs),
    release: (address: string) => services.release(address),
  };
  return followKept(kind, settings, clock);
}
