import type { Socket } from 'node:net';

/** What carries requests: a socket, or an HTTP/2 session, which can be closed gently. */
export interface Carrier {
  readonly destroyed?: boolean;
  /** Of an HTTP/2 session: it takes no orders any more, for one because its client has left it. */
  readonly closed?: boolean;
  /** Tells the client of HTTP/2 to begin nothing new on it (GOAWAY). */
  goaway?(code: number): void;
  /** Ends it once its requests are done. */
  close?(): void;
  /** Ends it at once. */
  destroy(): unknown;
}

/** What of a response the table needs to announce the end of the connection. */
export interface Announceable {
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  getHeader(name: string): unknown;
  end(): unknown;
  /** What it answers. */
  readonly req: { readonly headers: { readonly accept?: string | undefined } };
}

/** A stream of HTTP/2, which may be one of events. */
export interface EndableStream {
  readonly sentHeaders?: Readonly<Record<string, unknown>>;
  end(): unknown;
}

/** A connection that speaks WebSocket once the answer to its upgrade is written. */
export interface WebSocketLike {
  readonly socket: Pick<Socket, 'bytesWritten' | 'writable' | 'write'>;
  readonly bytesBefore: number;
}

/** Of HTTP/2. */
const NO_ERROR = 0;

/** A WebSocket frame: final, close, two bytes, status 1001 "going away" (RFC 6455). */
const GOING_AWAY = Buffer.from([0x88, 0x02, 0x03, 0xe9]);

/** A session whose client has said GOAWAY is closed already, though its socket may stay open. */
export function close({
  carrier,
  transport,
}: {
  carrier: Carrier;
  transport: Pick<Carrier, 'destroy'>;
}): void {
  if (carrier.close === undefined || carrier.closed === true) transport.destroy();
  else carrier.close();
}

export function announceClose(response: Announceable | undefined): void {
  if (response !== undefined && !response.headersSent) response.setHeader('Connection', 'close');
}

/** Between frames of whoever writes them, because those are written whole. */
export function sendGoingAway({ socket, bytesBefore }: WebSocketLike): void {
  const isAnswered = socket.bytesWritten > bytesBefore;
  if (isAnswered && socket.writable) socket.write(GOING_AWAY);
}

/** Headers that were written together with the status can't be read again: then the client tells. */
export function answersEvents(response: Announceable): boolean {
  return isEvents(response.getHeader('content-type')) || isEvents(response.req.headers.accept);
}

export function isEvents(contentType: unknown): boolean {
  return typeof contentType === 'string' && contentType.startsWith('text/event-stream');
}

/**
 * Tells the client of HTTP/2 to begin nothing new, and which stream was the last that is answered:
 * Node ignores what was on its way, so the client must know what to send again elsewhere. RFC 9113,
 * section 6.8, would first announce the end with the highest number there is, and still serve what
 * comes then; Node can't.
 */
export function sendGoaway(carrier: Carrier): void {
  if (carrier.destroyed === true || carrier.closed === true) return;
  carrier.goaway?.(NO_ERROR);
}
