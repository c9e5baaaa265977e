import { AddressHealth } from './address-health.ts';
import type { Random } from './weighted-order.ts';

/** Health by address, shared by all services. */
export class HealthRegistry {
  readonly #byKey = new Map<string, AddressHealth>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  of(key: string): AddressHealth {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const created = new AddressHealth(this.#random);
    this.#byKey.set(key, created);
    return created;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** Forgets addresses that no service uses any more, unless an operator holds them down. */
  keep(isKnown: (key: string) => boolean, now: number): void {
    for (const [key, health] of this.#byKey) {
      if (!isKnown(key) && !health.isHeld(now)) this.#byKey.delete(key);
    }
  }
}
