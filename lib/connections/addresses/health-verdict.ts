import type { Clock } from '../../common/clock.ts';
import type { ServiceSettings } from '../settings/service.options.ts';
import type { AddressHealth } from './address-health.ts';

/** What verdicts need of all services. */
export interface HealthHome {
  readonly clock: Clock;
  /** Health of an address, shared by all services. */
  healthOf(key: string): AddressHealth;
  /** Whether the address may go down: every service with it has, or may have, another up. */
  mayGoDown(key: string): boolean;
}

/** Reports the outcomes of one service's connections to the health of an address. */
export class HealthVerdict {
  /** Whether the server speaks first. */
  isGreeted = false;
  readonly #key: string;
  readonly #settings: Pick<ServiceSettings, 'health' | 'retry'>;
  readonly #home: HealthHome;

  constructor(key: string, settings: Pick<ServiceSettings, 'health' | 'retry'>, home: HealthHome) {
    this.#key = key;
    this.#settings = settings;
    this.#home = home;
  }

  /** Reports an open connection, which is a success unless the first byte counts. */
  connected(): void {
    if (this.#doesSilenceCount) this.#health.connected(this.#settings.health);
    else this.#health.succeeded();
  }

  firstByte(): void {
    if (this.#doesSilenceCount) this.#health.succeeded();
  }

  /**
   * Reports a connection that ended without a first byte that was due. Unless it is certain that a
   * limit or the peer ended it, this side may only have lost interest.
   */
  noFirstByte({ isCertain, afterMs }: { isCertain: boolean; afterMs: number }): void {
    const isLate = this.isGreeted && afterMs >= this.#settings.retry.staggerMs;
    if (isLate || (isCertain && this.#doesSilenceCount)) this.failed();
  }

  failed(): void {
    const home = this.#home;
    const { health } = this.#settings;
    this.#health.failed(home.clock.now(), health, () => home.mayGoDown(this.#key));
  }

  get #doesSilenceCount(): boolean {
    return this.isGreeted || this.#settings.health.silenceCounts;
  }

  get #health(): AddressHealth {
    return this.#home.healthOf(this.#key);
  }
}
