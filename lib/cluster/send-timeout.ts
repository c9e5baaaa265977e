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
  server.setTimeout(timeoutMs);
  server.on('timeout', (socket: Socket) => {
    if (socket.writableLength > 0) socket.destroy();
    else awaitAgain(socket, timeoutMs);
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
