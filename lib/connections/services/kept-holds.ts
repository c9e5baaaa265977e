import type { Clock } from '../../common/clock.ts';
import type { SettingOverride } from '../../reports/overrides.ts';
import type { Settings } from '../../reports/settings.ts';
import { heldAddress } from './hold.options.ts';
import type { ManagedServices } from './managed-services.ts';

/**
 * Holds down the addresses that the group keeps held, in workers and pool threads that start later
 * too, and releases them when an operator marks them up.
 */
export class KeptHolds {
  readonly #services: ManagedServices;
  readonly #clock: Clock;
  /** Ends of the holds by address. */
  #held: ReadonlyMap<string, number> = new Map();
  readonly end: () => void;

  /** @param clock the monotonic clock of the machine, on which changes of settings end */
  constructor(services: ManagedServices, settings: Settings, clock: Clock) {
    this.#services = services;
    this.#clock = clock;
    this.end = settings.onChanges((list) => this.#apply(list));
    this.#apply(settings.changes);
  }

  #apply(list: readonly SettingOverride[]): void {
    const kept = new Map(
      list.flatMap(({ name, endsAt }) => {
        const address = heldAddress(name);
        return address === undefined ? [] : [[address, endsAt] as const];
      }),
    );
    for (const address of this.#held.keys()) {
      if (!kept.has(address)) this.#services.release(address);
    }
    for (const [address, endsAt] of kept) {
      // Only new ones: the application may have marked it up since.
      if (this.#held.get(address) === endsAt) continue;
      this.#services.keepHeld(address, Math.max(0, endsAt - this.#clock.now()));
    }
    this.#held = kept;
  }
}
