import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { ArrivalClock } from '../support/arrival-clock.ts';
import { type Ending, LatencyRecord } from '../support/latency-record.ts';

/** What one well-behaved client asks for. */
export interface Question {
  path: string;
  /** Present: a `POST`. */
  body?: string;
}

/** Asks once; resolves with how it ended. */
type Ask = (question: Question) => Promise<Ending>;

export interface Client {
  ask: Ask;
  end(): void;
}

/** A client of HTTP/1 with connections that stay open. */
export function http1Client(port: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const ask: Ask = ({ path, body }) => {
    return new Promise((resolve) => {
      const headers = body === undefined ? {} : textHeaders(body);
      const method = body === undefined ? 'GET' : 'POST';
      const request = httpRequest({ port, path, method, headers, agent }, (response) => {
        response.on('end', () => resolve(response.statusCode ?? 'lost'));
        response.on('error', () => resolve('lost'));
        response.resume();
      });
      request.on('error', () => resolve('lost'));
      request.end(body);
    });
  };
  return { ask, end: () => agent.destroy() };
}

/** A client of HTTP/2 without TLS: one connection at a time, a new one after `GOAWAY`. */
export function http2Client(port: number): Client {
  let current: ClientHttp2Session | undefined;
  const session = (): ClientHttp2Session => {
    if (current !== undefined && !current.closed && !current.destroyed) return current;
    const opened = connectHttp2(`http://127.0.0.1:${port}`);
    opened.on('error', ignore);
    current = opened;
    return opened;
  };
  const ask: Ask = ({ path }) => {
    return new Promise((resolve) => {
      let status: number | undefined;
      const stream = session().request({ ':path': path });
      stream.on('response', (headers) => (status = headers[':status']));
      stream.on('error', ignore);
      stream.on('close', () => resolve(status ?? 'lost'));
      stream.resume().end();
    });
  };
  return { ask, end: () => current?.destroy() };
}

export interface Outcome extends ReturnType<LatencyRecord['summary']> {
  /** When the last request that was not answered well was due, in milliseconds; 0: all were. */
  lastFailedMs: number;
}

/** Offers a load at even intervals and tells what became of it. */
export async function bystanders(
  { ask }: Client,
  question: Question,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<Outcome> {
  const record = new LatencyRecord();
  const arrivals = new ArrivalClock({ rate, count: rate * seconds });
  const startedAt = performance.now();
  let lastFailedMs = 0;
  await arrivals.run((dueAt) => {
    const end = record.begin(dueAt);
    void ask(question).then((ending) => {
      if (ending !== 200) lastFailedMs = Math.max(lastFailedMs, dueAt - startedAt);
      return end(ending);
    });
  });
  await record.settled();
  return { ...record.summary(), lastFailedMs };
}

/** Opens a crowd of clients that are slow, or mean; the function that is returned ends it. */
export type OpenCrowd = (port: number, path: string) => Promise<() => void>;

/** Bodies of which a byte comes each second. */
export const slowBodies: OpenCrowd = async (port, path) => {
  const sockets = await openSockets(port, 200);
  for (const socket of sockets) {
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: text/plain\r\nContent-Length: 9000\r\n\r\n`,
    );
  }
  const timer = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('x');
  }, 1_000);
  return () => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
  };
};

/** Large answers that nobody reads. */
export const slowReaders: OpenCrowd = async (port, path) => {
  const sockets = await openSockets(port, 100);
  for (const socket of sockets) {
    socket.pause();
    socket.write(`GET ${path}?kib=4096 HTTP/1.1\r\nHost: bench\r\n\r\n`);
  }
  return () => {
    for (const socket of sockets) socket.destroy();
  };
};

/** Streams of HTTP/2 that are reset as soon as they are open: 180 of them, again and again. */
export const resetStreams: OpenCrowd = async (port, path) => {
  const timer = setInterval(() => {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    session.on('error', ignore);
    for (let count = 0; count < 180; count++) {
      const stream = session.request({ ':path': path });
      stream.on('error', ignore);
      stream.close(constants.NGHTTP2_CANCEL);
    }
    setTimeout(() => session.destroy(), 500);
  }, 1_000);
  return () => clearInterval(timer);
};

async function openSockets(port: number, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  for (const socket of sockets) socket.on('error', ignore);
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  await wait(500);
  return sockets;
}

function textHeaders(body: string): Record<string, string | number> {
  return { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) };
}

function ignore(): void {}
