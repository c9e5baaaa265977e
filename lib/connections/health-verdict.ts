import type { AddressHealth } from './address-health.ts';
import type { ConnectionsHome } from './connections-home.ts';
import type { ServiceSettings } from './settings/service.options.ts';

/** Reports the outcomes of one service's connections to the health of an address. */
export class HealthVerdict {
  /** Whether the server speaks first. */
  isGreeted = false;
  readonly #key: string;
  readonly #settings: Pick<ServiceSettings, 'health' | 'retry'>;
  readonly #home: Pick<ConnectionsHome, 'clock' | 'healthOf' | 'mayGoDown'>;

  constructor(
    key: string,
    settings: Pick<ServiceSettings, 'health' | 'retry'>,
    home: Pick<ConnectionsHome, 'clock' | 'healthOf' | 'mayGoDown'>,
  ) {
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
    const { clock, mayGoDown } = this.#home;
    const { health } = this.#settings;
    this.#health.failed(clock.now(), health, () => mayGoDown(this.#key));
  }

  get #doesSilenceCount(): boolean {
    return this.isGreeted || this.#settings.health.silenceCounts;
  }

  get #health(): AddressHealth {
    return this.#home.healthOf(this.#key);
  }
}
