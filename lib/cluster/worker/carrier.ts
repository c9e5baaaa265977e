import type { Socket } from 'node:net';

/** Carrier of requests: a socket, or an HTTP/2 session, which can close gracefully. */
export interface Carrier {
  readonly destroyed?: boolean;
  /** Whether an HTTP/2 session accepts no more calls, e.g. because its client has left it. */
  readonly closed?: boolean;
  /** Whether an HTTP/2 session runs over TLS. */
  readonly encrypted?: boolean | undefined;
  /** Sends GOAWAY: the HTTP/2 client begins nothing new. */
  goaway?(code: number): void;
  /** Asks the HTTP/2 client for a sign; also calls back when the session closes. */
  ping?(callback: () => void): boolean;
  /** Closes it once its requests are done. */
  close?(): void;
  /** Closes it at once. */
  destroy(): unknown;
}

/** The parts of a response needed to announce the end of its connection. */
export interface Announceable {
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
  getHeader(name: string): unknown;
  end(): unknown;
  /** The request that it answers. */
  readonly req: { readonly headers: { readonly accept?: string | undefined } };
}

/** An HTTP/2 stream, possibly an event stream. */
export interface EndableStream {
  readonly sentHeaders?: Readonly<Record<string, unknown>>;
  end(): unknown;
}

/** A connection that speaks WebSocket once the response to its upgrade is written. */
export interface WebSocketLike {
  readonly socket: Pick<Socket, 'bytesWritten' | 'writable' | 'write'>;
  readonly bytesBefore: number;
}

/** WebSocket close frame: final, two bytes, status 1001 "going away" (RFC 6455). */
const GOING_AWAY = Buffer.from([0x88, 0x02, 0x03, 0xe9]);

/** Closes gently; destroys a session that its client left (GOAWAY): its socket may stay open. */
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

/** A pipelined request follows, which Node would not answer after a response that says so. */
export function takeBackClose(response: Announceable | undefined): void {
  if (response !== undefined && !response.headersSent) response.removeHeader('Connection');
}

/** Safe between the application's frames: those are written whole. */
export function sendGoingAway({ socket, bytesBefore }: WebSocketLike): void {
  const isAnswered = socket.bytesWritten > bytesBefore;
  if (isAnswered && socket.writable) socket.write(GOING_AWAY);
}

/** Uses the `Accept` header too: headers passed to `writeHead` can't be read back. */
export function answersEvents(response: Announceable): boolean {
  return isEvents(response.getHeader('content-type')) || isEvents(response.req.headers.accept);
}

export function isEvents(contentType: unknown): boolean {
  return typeof contentType === 'string' && contentType.startsWith('text/event-stream');
}

/** Isolates failures: Node throws on connections that are ending, in states it does not expose. */
export function attempt(order: () => void): void {
  try {
    order();
  } catch {
    // It ends by itself, or is destroyed at the end of the drain.
  }
}
