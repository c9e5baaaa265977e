import type { IncomingHttpHeaders } from 'node:http';

/** A request as Node gives it, HTTP/1 or HTTP/2, whose body may be on its way. */
export interface IncomingBody {
  readonly headers: IncomingHttpHeaders;
  /** All of it has come. */
  readonly complete?: boolean;
  readonly destroyed?: boolean;
  /** Bytes that the application has yet to read. */
  readonly readableLength?: number;
  readonly socket?: { readonly bytesRead: number; readonly destroyed?: boolean } | null;
  /** Of HTTP/2. */
  readonly stream?: {
    /** Whether the client has said that nothing follows the headers. */
    readonly endAfterHeaders: boolean;
    close(): unknown;
    listenerCount(event: 'data'): number;
    on(event: 'data', listener: (chunk: { readonly length: number }) => void): unknown;
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
export function isBodyOver({ complete, destroyed, stream, socket }: IncomingBody): boolean {
  if (complete === true || destroyed === true) return true;
  // Node destroys no request that is answered already.
  return stream === undefined && socket?.destroyed === true;
}

/** Counts the bytes of a body, or of all that its connection brings, without reading any. */
export function meterOf({ socket, stream }: IncomingBody): () => number {
  if (stream === undefined) return () => socket?.bytesRead ?? 0;
  // Connections of HTTP/2 carry other streams too. A first listener would make this one flow.
  let bytes = 0;
  let isCounting = false;
  return () => {
    if (!isCounting && stream.listenerCount('data') > 0) {
      isCounting = true;
      stream.on('data', (chunk) => (bytes += chunk.length));
    }
    return bytes;
  };
}
