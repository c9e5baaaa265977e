import { Agent, request } from 'node:http';
import { type ClientHttp2Session, connect, constants } from 'node:http2';

import { CERTIFICATE } from '../../fixtures/self-signed.ts';
import { ask } from '../../support/http2-client.ts';

/** What a client asks for. */
export interface Ask {
  path: string;
  /** Sent by POST; without one the method is GET. */
  body?: string;
}

/** A client that keeps its connections. Nothing is retried. */
export interface Client {
  /** The status of the answer, or what came in place of a whole one. */
  ask(what: Ask): Promise<number | string>;
  close(): void;
}

/** Connections that a client of HTTP/1 keeps at most, and sessions of one of HTTP/2. */
const MOST_SOCKETS = 64;
const SESSIONS = 4;

/** nginx ends a session after 1,000 requests by itself. */
const REQUESTS_PER_SESSION = 500;

const TEXT = { 'content-type': 'text/plain' };

export class Http1Client implements Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MOST_SOCKETS });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  ask({ path, body }: Ask): Promise<number | string> {
    const method = body === undefined ? 'GET' : 'POST';
    const about = { host: '127.0.0.1', port: this.#port, path, agent: this.#agent, method };
    return new Promise((resolve) => {
      const sent = request({ ...about, headers: body === undefined ? {} : TEXT }, (response) => {
        response.resume();
        response.once('close', () => {
          resolve(response.complete ? (response.statusCode ?? 0) : 'the answer broke off');
        });
      });
      sent.once('error', ({ code, message }: NodeJS.ErrnoException) => {
        resolve(`${code ?? message}${sent.reusedSocket ? ', kept connection' : ''}`);
      });
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

interface Session {
  session: ClientHttp2Session;
  requests: number;
}

/** Over TLS, as browsers speak it. */
export class Http2Client implements Client {
  readonly #port: number;
  readonly #sessions: (Session | undefined)[] = Array.from({ length: SESSIONS });
  readonly #all = new Set<ClientHttp2Session>();
  #next = 0;

  constructor(port: number) {
    this.#port = port;
  }

  async ask({ path, body }: Ask): Promise<number | string> {
    const about = body === undefined ? {} : { method: 'POST', headers: TEXT, body };
    const { status, resetCode } = await ask(this.#session(), path, about);
    if (resetCode !== constants.NGHTTP2_NO_ERROR) return `RST_STREAM, code ${resetCode}`;
    return status ?? 'no answer';
  }

  close(): void {
    for (const session of this.#all) session.destroy();
  }

  /** One after the other in turn; a new one for each that has done its part, or is closed. */
  #session(): ClientHttp2Session {
    const at = this.#next++ % SESSIONS;
    const known = this.#sessions[at];
    const isUsable = known !== undefined && !known.session.closed && !known.session.destroyed;
    if (isUsable && known.requests < REQUESTS_PER_SESSION) {
      known.requests++;
      return known.session;
    }
    known?.session.close();
    const session = connect(`https://127.0.0.1:${this.#port}`, { ca: CERTIFICATE });
    this.#all.add(session);
    session.on('error', () => undefined).once('close', () => this.#all.delete(session));
    this.#sessions[at] = { session, requests: 1 };
    return session;
  }
}
