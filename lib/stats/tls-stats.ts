import type { Socket } from 'node:net';
import { Server, type TLSSocket } from 'node:tls';

import { processClock } from '../common/clock.ts';
import type { Stats } from './stats.ts';

const HANDSHAKE = { help: 'Time of a TLS handshake of a client, from its connection on' };
const FAILURES = { help: 'TLS handshakes of clients that failed, by the code of the error' };

/** Times the TLS handshakes of clients, and counts those that fail. */
export class TlsStats {
  readonly #stats: Stats;
  /** Start of the handshakes under way, by the client's end. */
  readonly #startedAt = new Map<string, number>();

  private constructor(stats: Stats) {
    this.#stats = stats;
  }

  /** Does nothing for a server without TLS. */
  static attach(server: object, stats: Stats): void {
    if (!(server instanceof Server)) return;
    const own = new TlsStats(stats);
    server.prependListener('connection', (socket: Socket) => own.#begin(socket));
    server.on('secureConnection', (socket: TLSSocket) => own.#done(socket));
    server.on('tlsClientError', (error: Error & { code?: string }) => own.#failed(error));
  }

  #begin(socket: Socket): void {
    const end = endOf(socket);
    this.#startedAt.set(end, processClock.now());
    socket.once('close', () => this.#startedAt.delete(end));
  }

  #done(socket: TLSSocket): void {
    const end = endOf(socket);
    const startedAt = this.#startedAt.get(end);
    if (startedAt === undefined) return;
    this.#startedAt.delete(end);
    const labels = {
      protocol: socket.getProtocol() ?? 'unknown',
      resumed: String(socket.isSessionReused()),
    };
    const ms = processClock.now() - startedAt;
    this.#stats.duration('buttress.tls.handshake', HANDSHAKE, labels).record(ms);
  }

  #failed({ code = 'unknown' }: Error & { code?: string }): void {
    this.#stats.counter('buttress.tls.handshake_failures', FAILURES, { reason: code }).add();
  }
}

/** Clients of a unix socket have no end of their own, and no TLS as a rule. */
function endOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
