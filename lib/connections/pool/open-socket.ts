import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

import type { Clock } from '../../common/clock.ts';
import { ignore } from '../../common/ignore.ts';
import type { Endpoint } from '../addresses/endpoint.ts';
import { ConnectionError, type ConnectionFailure } from '../connection.errors.ts';
import type { Schedule } from '../schedule.ts';

/** Duration of each step. */
export interface OpenTimes {
  tcpMs?: number;
  tlsMs?: number;
}

export interface OpenOptions {
  service: string;
  endpoint: Endpoint;
  /** Options for `tls.connect`; undefined: no TLS. */
  tls: Readonly<ConnectionOptions> | undefined;
  limits: { readonly tcpMs: number; readonly tlsMs: number };
  /** Aborts the attempt, which rejects with the signal's reason. */
  signal: AbortSignal;
  /** Written as each step ends. */
  times: OpenTimes;
  clock: Clock;
  schedule: Schedule;
}

/**
 * Opens a socket to one address, with TLS when given. Call it outside any request: the socket keeps
 * the async context that it was created in.
 *
 * @throws ConnectionError, or the signal's reason
 */
export function openSocket(options: OpenOptions): Promise<Socket> {
  if (options.signal.aborted) return Promise.reject(options.signal.reason as Error);
  try {
    return new Opening(options).done;
  } catch (error) {
    return Promise.reject(misconfigured(options, error as NodeJS.ErrnoException));
  }
}

/** Node throws before it connects when TLS options are invalid. */
function misconfigured(
  { service, endpoint }: OpenOptions,
  cause: NodeJS.ErrnoException,
): ConnectionError {
  const message = `Invalid TLS settings of "${service}": ${cause.message}`;
  const details = { service, address: endpoint.key, reason: cause.code ?? cause.name, cause };
  return new ConnectionError('TLS', message, details);
}

type Step = 'tcp' | 'tls';

class Opening {
  readonly done: Promise<Socket>;
  readonly #options: OpenOptions;
  readonly #socket: Socket;
  readonly #outcome = Promise.withResolvers<Socket>();
  #step: Step = 'tcp';
  #startedAt: number;
  #cancelTimer: () => void;

  constructor(options: OpenOptions) {
    this.#options = options;
    this.done = this.#outcome.promise;
    this.#startedAt = options.clock.now();
    this.#socket = createSocket(options);
    this.#cancelTimer = this.#limit(options.limits.tcpMs);
    this.#socket.on('error', this.#onError).on('close', this.#onClose);
    this.#socket.once('connect', this.#onConnect).once('secureConnect', this.#onSecure);
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  readonly #onConnect = (): void => {
    const { times, tls, limits } = this.#options;
    times.tcpMs = this.#lap();
    if (tls === undefined) return this.#succeed();
    this.#step = 'tls';
    this.#cancelTimer = this.#limit(limits.tlsMs);
  };

  readonly #onSecure = (): void => {
    this.#options.times.tlsMs = this.#lap();
    this.#succeed();
  };

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    const reason = error.code ?? error.message;
    if (this.#step === 'tls')
      return this.#fail('TLS', `TLS failed: ${error.message}`, reason, error);
    const failure = FAILURES[reason] ?? 'UNREACHABLE';
    this.#fail(failure, WORDS[failure] ?? `cannot be reached (${reason})`, reason, error);
  };

  readonly #onClose = (): void => {
    if (this.#step === 'tls') this.#fail('TLS', 'TLS failed: the peer closed', 'CLOSED');
    else this.#fail('UNREACHABLE', 'closed before it was open', 'CLOSED');
  };

  readonly #onAbort = (): void =>
    this.#end(() => {
      this.#socket.destroy();
      this.#outcome.reject(this.#options.signal.reason as Error);
    });

  #limit(ms: number): () => void {
    return this.#options.schedule(() => {
      if (this.#step === 'tls')
        this.#fail('TLS', `did not complete the TLS handshake within ${ms} ms`, 'TIMEOUT');
      else this.#fail('CONNECT_TIMEOUT', `did not connect within ${ms} ms`, 'TIMEOUT');
    }, ms);
  }

  /** Ends the current step and returns its duration. */
  #lap(): number {
    this.#cancelTimer();
    const now = this.#options.clock.now();
    const ms = now - this.#startedAt;
    this.#startedAt = now;
    return ms;
  }

  #succeed(): void {
    this.#end(() => this.#outcome.resolve(this.#socket));
  }

  #fail(failure: ConnectionFailure, what: string, reason: string, cause?: unknown): void {
    const { service, endpoint, times } = this.#options;
    times[`${this.#step}Ms`] = this.#lap();
    const message = `${endpoint.key} of "${service}" ${what}`;
    const details = { service, address: endpoint.key, reason, cause };
    this.#end(() => {
      this.#socket.destroy();
      this.#outcome.reject(new ConnectionError(failure, message, details));
    });
  }

  /** Detaches from the socket and the signal, then settles. */
  #end(settle: () => void): void {
    this.#cancelTimer();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#socket.off('close', this.#onClose).off('connect', this.#onConnect);
    this.#socket.off('secureConnect', this.#onSecure);
    // Without a listener, a later 'error' would be thrown; the socket's owner adds its own.
    this.#socket.on('error', ignore).off('error', this.#onError);
    settle();
  }
}

const FAILURES: Readonly<Record<string, ConnectionFailure>> = {
  ECONNREFUSED: 'REFUSED',
  ENOENT: 'REFUSED',
  ETIMEDOUT: 'CONNECT_TIMEOUT',
};

const WORDS: Partial<Record<ConnectionFailure, string>> = {
  REFUSED: 'refused the connection',
  CONNECT_TIMEOUT: 'did not connect within the timeout of the system',
};

function createSocket({ endpoint, tls }: OpenOptions): Socket {
  const { target, serverName } = endpoint;
  if (tls === undefined) return connectTcp({ ...target });
  const named = serverName === undefined ? {} : { servername: serverName };
  return connectTls({ ...named, ...tls, ...target });
}
