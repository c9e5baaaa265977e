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

/** Added to the limit, in milliseconds: no limit of somebody else is as long. */
const UNUSUAL_MS = 1;

/** What an answer is written to. */
type Outlet = Pick<Socket | ServerHttp2Stream, 'writableLength' | 'setTimeout'>;

/**
 * Cuts off clients that take nothing of an answer that waits for them, for `timeoutMs` milliseconds:
 * it would lie in memory for as long as they like. Node's own timers see whether the kernel takes
 * bytes; a connection on which nothing waits to be sent is left alone, however long a handler works.
 * (What `send_timeout` is in nginx.)
 */
export function limitSending(server: AnyServer, timeoutMs: number): void {
  if ('updateSettings' in server) return limitStreams(server, timeoutMs);
  // Told by its length from that of an idle connection, which Node keeps in the same timer.
  const ownMs = timeoutMs + UNUSUAL_MS;
  server.setTimeout(ownMs);
  server.on('timeout', (socket: Socket) => {
    const isIdle = socket.timeout !== ownMs;
    if (isIdle || socket.writableLength > 0) socket.destroy();
    else awaitAgain(socket, ownMs);
  });
}

/** A stream may wait for its client though others of its session go on. */
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

/** A timer of Node's runs once. */
function awaitAgain(outlet: Outlet, timeoutMs: number): void {
  outlet.setTimeout(timeoutMs);
}
