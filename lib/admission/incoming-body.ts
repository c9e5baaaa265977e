import type { IncomingHttpHeaders } from 'node:http';

/** Request as Node passes it, HTTP/1 or HTTP/2, whose body may still be incoming. */
export interface IncomingBody {
  readonly headers: IncomingHttpHeaders;
  /** Whether all of it was received. */
  readonly complete?: boolean;
  readonly destroyed?: boolean;
  /** Bytes buffered for the application. */
  readonly readableLength?: number;
  readonly socket?: { readonly bytesRead: number; readonly destroyed?: boolean } | null;
  /** HTTP/2 only. */
  readonly stream?: {
    /** Whether the client has declared that nothing follows the headers. */
    readonly endAfterHeaders: boolean;
    /** `remoteClose` is 1 once the client has sent everything, read or not. */
    readonly state?: { readonly remoteClose?: number };
    close(): unknown;
    listenerCount(event: 'data'): number;
    on(event: 'data', listener: (chunk: { readonly length: number }) => void): unknown;
  };
  destroy?(): unknown;
}

/** Whether some of the body has not been received yet. */
export function isBodyDue({ headers, complete, stream }: IncomingBody): boolean {
  if (complete === true) return false;
  if (stream !== undefined) return !stream.endAfterHeaders;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Whether no more of the body will come: it is complete, or its client has left. */
export function isBodyOver({ complete, destroyed, stream, socket }: IncomingBody): boolean {
  if (complete === true || destroyed === true) return true;
  if (stream?.state?.remoteClose === 1) return true;
  // Node does not destroy a request that is already answered.
  return stream === undefined && socket?.destroyed === true;
}

/** Whether the application waits for more of the body, rather than leaving it unread. */
export function isAwaited({ readableLength = 0, stream }: IncomingBody): boolean {
  // Before a first listener an HTTP/2 stream reads nothing.
  if (stream !== undefined && stream.listenerCount('data') === 0) return false;
  return readableLength === 0;
}

/** Counts bytes of a body, or of its whole HTTP/1 connection, without reading any. */
export function meterOf({ socket, stream }: IncomingBody): () => number {
  if (stream === undefined) return () => socket?.bytesRead ?? 0;
  // An HTTP/2 session carries other streams too. A first listener would make this one flow.
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
