import { createHash, hkdfSync } from 'node:crypto';
import type { Server } from 'node:net';
import { type SecureContextOptions, Server as TlsServer } from 'node:tls';

import { TICKET_KEYS_BYTES } from '../protocol/ticket-keys.ts';

/** Seals a server's session tickets with keys that other workers use too. */
export type UseTicketKeys = (keys: Buffer) => void;

/** What a server of Node's keeps of its options. */
interface KeptOptions {
  readonly ticketKeys?: Buffer;
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
  readonly ca?: unknown;
  readonly crl?: unknown;
  readonly pfx?: unknown;
}

/**
 * Lets a server share the keys of its session tickets; undefined where it has none to share: it
 * does without TLS, or the application has given it keys. Keys that the application gives it later
 * stay too.
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
    // Makes a new context with keys of its own.
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
 * Who resumes a session is not asked for a certificate again, so one that was begun when less was asked
 * of clients, before a reload for example, must not be resumed.
 */
function keysFor(
  { requestCert, rejectUnauthorized, ca, crl, pfx }: KeptOptions,
  keys: Buffer,
): Buffer {
  const asked = JSON.stringify([requestCert, rejectUnauthorized, ca, crl, pfx]);
  const digest = createHash('sha256').update(asked).digest();
  return Buffer.from(hkdfSync('sha256', keys, '', digest, TICKET_KEYS_BYTES));
}
