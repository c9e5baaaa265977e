import type { Server as HttpServer } from 'node:http';
import type {
  Http2SecureServer,
  Http2Server,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

type AnyServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/** Added to the limit to make it distinct from other timeouts. */
const UNUSUAL_MS = 1;

/** The writable side of a response. */
type Outlet = Pick<Socket | ServerHttp2Stream, 'writableLength' | 'setTimeout'>;

/**
 * Closes connections whose client reads nothing of a waiting response for `timeoutMs`, which would
 * occupy memory indefinitely. Relies on Node's socket timers, which restart when the kernel takes
 * bytes; without data to send, a slow handler is left alone. (Like `send_timeout` in nginx.)
 */
export function limitSending(server: AnyServer, timeoutMs: number): void {
  if ('updateSettings' in server) return limitStreams(server, timeoutMs);
  // Its length tells it apart from the keep-alive timeout, which uses the same timer.
  const ownMs = timeoutMs + UNUSUAL_MS;
  server.setTimeout(ownMs);
  server.on('timeout', (socket: Socket) => {
    const isIdle = socket.timeout !== ownMs;
    if (isIdle || socket.writableLength > 0) socket.destroy();
    else awaitAgain(socket, ownMs);
  });
}

/** Per stream: one may wait for its client while others of its session go on. */
function limitStreams(server: Http2Server | Http2SecureServer, timeoutMs: number): void {
  server.on('session', (session: ServerHttp2Session) => {
    session.on('stream', (stream: ServerHttp2Stream) => {
      stream.setTimeout(timeoutMs, () => {
        if (stream.writableLength > 0) stream.destroy();
        else awaitAgain(stream, timeoutMs);
      });
    });
  });
}

/** Restarts the timer, which fires only once. */
function awaitAgain(outlet: Outlet, timeoutMs: number): void {
  outlet.setTimeout(timeoutMs);
}
