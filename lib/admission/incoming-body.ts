import type { IncomingHttpHeaders } from 'node:http';

/** A request as Node gives it, HTTP/1 or HTTP/2, whose body may be on its way. */
export interface IncomingBody {
  readonly headers: IncomingHttpHeaders;
  /** All of it has come. */
  readonly complete?: boolean;
  readonly destroyed?: boolean;
  /** Bytes that the application has yet to read. */
  readonly readableLength?: number;
  readonly socket?: { readonly bytesRead: number } | null;
  /** Of HTTP/2. */
  readonly stream?: {
    /** Whether the client has said that nothing follows the headers. */
    readonly endAfterHeaders: boolean;
    readonly session?: { readonly socket: { readonly bytesRead: number } } | undefined;
  };
  destroy?(): unknown;
}

/** Whether a body has not come whole yet. */
export function isBodyDue({ headers, complete, stream }: IncomingBody): boolean {
  if (complete === true) return false;
  if (stream !== undefined) return !stream.endAfterHeaders;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Whether nothing more of it will come: it is whole, or its client has left. */
export function isBodyOver({ complete, destroyed }: IncomingBody): boolean {
  return complete === true || destroyed === true;
}

/** Bytes that its connection has brought so far. */
export function bytesOf({ socket, stream }: IncomingBody): number {
  try {
    return stream?.session?.socket.bytesRead ?? socket?.bytesRead ?? 0;
  } catch {
    // The session of HTTP/2 has no socket any more.
    return 0;
  }
}
