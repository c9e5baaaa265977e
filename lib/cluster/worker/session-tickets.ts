import { createHash, hkdfSync } from 'node:crypto';
import type { Server } from 'node:net';
import { type SecureContextOptions, Server as TlsServer } from 'node:tls';

import { TICKET_KEYS_BYTES } from '../protocol/ticket-keys.ts';

/** Sets the session ticket keys that all workers share. */
export type UseTicketKeys = (keys: Buffer) => void;

/** Options that Node keeps on a server. */
interface KeptOptions {
  readonly ticketKeys?: Buffer;
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
  readonly ca?: unknown;
  readonly crl?: unknown;
  readonly pfx?: unknown;
}

/**
 * Makes a server use shared session ticket keys; undefined without TLS, or if the application has
 * set its own keys. Keys that the application sets later win too.
 */
export function sharedTickets(server: Server): UseTicketKeys | undefined {
  if (!(server instanceof TlsServer)) return undefined;
  const kept = server as KeptOptions;
  if (kept.ticketKeys !== undefined) return undefined;
  let shared: Buffer | undefined;
  let hasOwn = false;
  const setTicketKeys = server.setTicketKeys.bind(server);
  const setSecureContext = server.setSecureContext.bind(server);
  const apply = (): void => {
    if (shared !== undefined && !hasOwn) setTicketKeys(keysFor(kept, shared));
  };
  Object.assign(server, {
    setTicketKeys: (keys: Buffer): void => {
      setTicketKeys(keys);
      hasOwn = true;
    },
    // Node creates a new context with new keys.
    setSecureContext: (options: SecureContextOptions & { ticketKeys?: Buffer }): void => {
      setSecureContext(options);
      if (options.ticketKeys !== undefined) hasOwn = true;
      apply();
    },
  });
  return (keys) => {
    shared = keys;
    apply();
  };
}

/**
 * Derives keys from the client certificate settings. A resumed session is not asked for a
 * certificate again, so sessions from before stricter settings must not be resumed.
 */
function keysFor(
  { requestCert, rejectUnauthorized, ca, crl, pfx }: KeptOptions,
  keys: Buffer,
): Buffer {
  const asked = JSON.stringify([requestCert, rejectUnauthorized, ca, crl, pfx]);
  const digest = createHash('sha256').update(asked).digest();
  return Buffer.from(hkdfSync('sha256', keys, '', digest, TICKET_KEYS_BYTES));
}
