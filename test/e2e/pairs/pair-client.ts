import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';

import { WebSocket } from 'ws';

import { CERTIFICATE } from '../../fixtures/self-signed.ts';

/** What the server of the application speaks. */
export const FACES = ['http', 'tls', 'http2', 'h2c', 'proxy', 'path', 'express'] as const;

export type Face = (typeof FACES)[number];

/** What came of a request. */
export interface PairReply {
  status: number;
  headers: Readonly<Record<string, unknown>>;
  body: string;
}

export interface PairRequest {
  headers?: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  body?: string;
  signal?: AbortSignal;
}

const PROXY_HEADER = 'PROXY TCP4 192.0.2.7 10.0.0.1 12345 80\r\n';

const TLS = { ca: CERTIFICATE, host: '127.0.0.1' };

/** Asks an application over what its server speaks, each time on a connection of its own. */
export class PairClient {
  readonly #face: Face;
  readonly #address: { port: number } | { path: string };

  constructor(face: Face, address: { port: number } | { path: string }) {
    this.#face = face;
    this.#address = address;
  }

  ask(path: string, request: PairRequest = {}): Promise<PairReply> {
    const isHttp2 = this.#face === 'http2' || this.#face === 'h2c';
    return isHttp2 ? this.#askHttp2(path, request) : this.#askHttp(path, request);
  }

  /** The answer of a gateway to a message, or nothing where no WebSocket can be had. */
  async askGateway(message: object): Promise<{ event: string; data: unknown } | undefined> {
    if (this.#face === 'h2c') return undefined;
    const socket = new WebSocket('ws://127.0.0.1/gateway', {
      createConnection: () => this.#connect(['http/1.1']),
    });
    try {
      await once(socket, 'open');
      socket.send(JSON.stringify(message));
      const [data] = (await once(socket, 'message')) as [Buffer];
      return JSON.parse(data.toString()) as { event: string; data: unknown };
    } finally {
      socket.terminate();
    }
  }

  async #askHttp(path: string, { headers = {}, body, signal }: PairRequest): Promise<PairReply> {
    const request = httpRequest({
      path,
      method: body === undefined ? 'GET' : 'POST',
      headers: { host: 'test', connection: 'close', ...typeOf(body), ...headers },
      createConnection: () => this.#connect(['http/1.1']),
      ...(signal === undefined ? {} : { signal }),
    });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const { statusCode = 0 } = response;
    return { status: statusCode, headers: response.headers, body: await text(response) };
  }

  async #askHttp2(path: string, { headers = {}, body, signal }: PairRequest): Promise<PairReply> {
    const url = `${this.#face === 'h2c' ? 'http' : 'https'}://127.0.0.1`;
    const session: ClientHttp2Session = connectHttp2(url, {
      createConnection: () => this.#connect(['h2']),
    });
    session.on('error', ignore);
    try {
      const stream = session.request(
        {
          ':path': path,
          ':method': body === undefined ? 'GET' : 'POST',
          ...typeOf(body),
          ...headers,
        },
        signal === undefined ? {} : { signal },
      );
      stream.end(body);
      const [answer] = (await once(stream, 'response')) as [Record<string, unknown>];
      return { status: Number(answer[':status']), headers: answer, body: await text(stream) };
    } finally {
      session.destroy();
    }
  }

  #connect(protocols: string[]): Socket {
    const isSecure = this.#face === 'tls' || this.#face === 'http2';
    const socket = isSecure
      ? connectTls({ ...TLS, ...this.#address, ALPNProtocols: protocols })
      : connect({ host: '127.0.0.1', ...this.#address });
    if (this.#face === 'proxy') socket.write(PROXY_HEADER);
    return socket.on('error', ignore);
  }
}

function typeOf(body: string | undefined): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-type': 'text/plain', 'content-length': String(Buffer.byteLength(body)) };
}

function ignore(): void {}
