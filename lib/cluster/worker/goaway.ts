import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';

import { attempt, type Carrier } from './carrier.ts';

/** HTTP/2 error code. */
const NO_ERROR = 0;

/** GOAWAY frame (RFC 9113): stream 0, highest stream number, no error. */
const NOTICE = Buffer.from('0000080700000000007fffffff00000000', 'hex');

/** Longest wait for the answer to a PING. */
const ANSWER_MS = 1_000;

/** An HTTP/2 session and the socket below it; other carriers are left alone. */
export interface Session {
  readonly carrier: Carrier;
  readonly transport: Pick<Carrier, 'destroy'> & Partial<Pick<Socket, 'writable'>> & Queued;
}

/** Node's handle of a socket. */
interface Queued {
  readonly _handle?: { readonly fd?: number; readonly writeQueueSize?: number } | null;
}

/**
 * Asks an HTTP/2 client to begin nothing new, and serves what is on its way: first a notice, then
 * GOAWAY with the last stream that is answered, once the client has answered a PING (RFC 9113,
 * section 6.8). Node sends no notice, and ignores every stream that arrives after its GOAWAY. Over
 * TLS the notice can't be written past Node; there the PING alone waits for what is on its way.
 */
export function leaveSession(session: Session): void {
  if (session.carrier.goaway === undefined) return;
  // A session writes its SETTINGS, which must come first, when the loop turns.
  setImmediate(() => attempt(() => announce(session)));
}

function announce({ carrier, transport }: Session): void {
  if (isOver(carrier)) return;
  if (carrier.encrypted === false) writeNotice(transport);
  let isSent = false;
  const finish = (): void => {
    if (isSent || isOver(carrier)) return;
    isSent = true;
    attempt(() => carrier.goaway?.(NO_ERROR));
  };
  if (carrier.ping?.(finish) !== true) return finish();
  setTimeout(finish, ANSWER_MS).unref();
}

/**
 * Writes the notice behind the frames of Node's session, which are whole. Not through Node: its
 * session takes the end of a write that had to wait for the end of its own. Where the kernel takes
 * nothing now, there is no notice.
 */
function writeNotice(transport: Session['transport']): void {
  const { writable, _handle } = transport;
  if (writable !== true || _handle?.writeQueueSize !== 0 || _handle.fd === undefined) return;
  const written = writeNow(_handle.fd);
  // The rest of the frame has no place any more.
  if (written > 0 && written < NOTICE.length) transport.destroy();
}

function writeNow(fd: number): number {
  try {
    return writeSync(fd, NOTICE);
  } catch {
    return 0;
  }
}

function isOver({ destroyed, closed }: Carrier): boolean {
  return destroyed === true || closed === true;
}
