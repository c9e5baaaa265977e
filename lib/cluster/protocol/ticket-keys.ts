import { randomBytes } from 'node:crypto';

import type { Clock } from '../../common/clock.ts';

/** What Node makes of it: a name, a key of HMAC and one of AES, 16 bytes each. */
export const TICKET_KEYS_BYTES = 48;

/** Tickets made with older keys are worth nothing, but sessions end after minutes anyway. */
const RENEW_EVERY_MS = 6 * 3_600_000;

/**
 * The keys that seal TLS session tickets, in base64, one set per listener: a client may resume with
 * every worker what it has begun with one, but nothing that it has begun at another listener, which may
 * ask less of its clients.
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

  /** New keys for all listeners once in a while; else none. */
  renewIfDue(): ReadonlyMap<number, string> {
    const now = this.#clock.now();
    if (now - this.#renewedAt < RENEW_EVERY_MS) return new Map();
    this.#renewedAt = now;
    for (const listener of this.#keys.keys()) this.#keys.set(listener, newKeys());
    return this.#keys;
  }

  /** The listener is closed. */
  forget(listener: number): void {
    this.#keys.delete(listener);
  }
}

function newKeys(): string {
  return randomBytes(TICKET_KEYS_BYTES).toString('base64');
}
