import { randomBytes } from 'node:crypto';

import type { Clock } from '../../common/clock.ts';

/** Node's layout: key name, HMAC key and AES key, 16 bytes each. */
export const TICKET_KEYS_BYTES = 48;

/** Rotation invalidates older tickets, but sessions last only minutes anyway. */
const RENEW_EVERY_MS = 6 * 3_600_000;

/**
 * Session ticket keys in base64, one set per listener: a client can resume a session with any
 * worker, but not one from another listener, which may require less of its clients.
 */
export class TicketKeys {
  readonly #clock: Clock;
  readonly #keys = new Map<number, string>();
  #renewedAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#renewedAt = clock.now();
  }

  of(listener: number): string {
    const keys = this.#keys.get(listener) ?? newKeys();
    this.#keys.set(listener, keys);
    return keys;
  }

  /** Rotates the keys if due. @returns new keys per listener, or an empty map */
  renewIfDue(): ReadonlyMap<number, string> {
    const now = this.#clock.now();
    if (now - this.#renewedAt < RENEW_EVERY_MS) return new Map();
    this.#renewedAt = now;
    for (const listener of this.#keys.keys()) this.#keys.set(listener, newKeys());
    return this.#keys;
  }

  /** Drops a closed listener's keys. */
  forget(listener: number): void {
    this.#keys.delete(listener);
  }
}

function newKeys(): string {
  return randomBytes(TICKET_KEYS_BYTES).toString('base64');
}
