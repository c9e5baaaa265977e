import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { connect, type ConnectionOptions, type SecureVersion } from 'node:tls';

import { CERTIFICATE } from '../fixtures/self-signed.ts';

/** What one connection brought. */
export interface TlsExchange {
  /** All that the server sent. */
  answer: string;
  /** Whether the session was resumed that was given. */
  isReused: boolean;
  /** What resumes the session. */
  session: Buffer;
}

export interface TlsTerms {
  version: SecureVersion;
  session?: Buffer;
}

/** Sends a text over a TLS connection of its own and reads to its end. */
export async function exchangeOverTls(
  port: number,
  message: string,
  { version, session }: TlsTerms,
): Promise<TlsExchange> {
  const options: ConnectionOptions = { minVersion: version, maxVersion: version };
  const socket = connect({ ...options, port, host: '127.0.0.1', ca: CERTIFICATE, session });
  const sessions: Buffer[] = [];
  socket.on('session', (latest: Buffer) => sessions.push(latest));
  await once(socket, 'secureConnect');
  const isReused = socket.isSessionReused();
  socket.write(message);
  const answer = await text(socket);
  const latest = sessions.at(-1) ?? session;
  if (latest === undefined) throw new Error('the server gave no session');
  return { answer, isReused, session: latest };
}
