import type { AddressHealth } from './address-health.ts';
import type { ConnectionsHome } from './connections-home.ts';
import type { ServiceSettings } from './service-settings.ts';

/** What the connections of one service to one address tell of the health of that address. */
export class HealthVerdict {
  /** Whether the protocol begins with a greeting of the server. */
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

  /** A connection is open: all there is to see, where silence does not count. */
  connected(): void {
    if (this.#doesSilenceCount) this.#health.connected(this.#settings.health);
    else this.#health.succeeded();
  }

  firstByte(): void {
    if (this.#doesSilenceCount) this.#health.succeeded();
  }

  /**
   * A connection is over without a first byte that was due. Where neither a limit nor the peer ended
   * it, somebody may only have changed their mind.
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
