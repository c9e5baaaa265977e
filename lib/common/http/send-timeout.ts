import type { Server as HttpServer } from 'node:http';
import type {
  Http2SecureServer,
  Http2Server,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2';
import { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

import { onUpgrade } from './on-upgrade.ts';

type AnyServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/** Added to the limit to make it distinct from other timeouts. */
const UNUSUAL_MS = 1;

/** Looks at the sockets within one limit. */
const LOOKS_PER_LIMIT = 8;

/**
 * Closes connections whose client reads nothing of a waiting response for `timeoutMs`, which would
 * occupy memory indefinitely. Relies on Node's socket timers, which restart when the kernel takes
 * bytes; without data to send, a slow handler is left alone. (Like `send_timeout` in nginx.)
 */
export function limitSending(server: AnyServer, timeoutMs: number): void {
  if ('updateSettings' in server) return limitStreams(server, timeoutMs);
  limitSockets(server, timeoutMs);
}

/**
 * Gives a timer only to sockets that have data to send when looked at: as a timer of each socket,
 * it would cost every request.
 */
function limitSockets(server: HttpServer | HttpsServer, timeoutMs: number): void {
  // Its length tells it apart from the keep-alive timeout, which uses the same timer.
  const ownMs = timeoutMs + UNUSUAL_MS;
  const sockets = new Set<Socket>();
  const look = (): void => {
    for (const socket of sockets) {
      const isWaiting = socket.writableLength > 0;
      // A timer that is set is the application's own limit.
      if (isWaiting && !socket.timeout) socket.setTimeout(ownMs);
      // Looks come more often than the timer fires: what it ends has not been read.
      if (!isWaiting && socket.timeout === ownMs) socket.setTimeout(0);
    }
  };
  let looks: NodeJS.Timeout | undefined;
  server.on('close', () => {
    clearInterval(looks);
    looks = undefined;
  });
  server.on(server instanceof HttpsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    looks ??= setInterval(look, Math.ceil(timeoutMs / LOOKS_PER_LIMIT)).unref();
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // Protocols of the application keep their own time.
  onUpgrade(server, (_, socket) => void sockets.delete(socket));
}

/** Per stream: one may wait for its client while others of its session go on. */
function limitStreams(server: Http2Server | Http2SecureServer, timeoutMs: number): void {
  server.on('session', (session: ServerHttp2Session) => {
    session.on('stream', (stream: ServerHttp2Stream) => {
      stream.setTimeout(timeoutMs, () => {
        if (stream.writableLength > 0) stream.destroy();
        // Restarts the timer, which fires only once.
        else stream.setTimeout(timeoutMs);
      });
    });
  });
}
