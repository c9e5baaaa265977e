import type { Socket } from 'node:net';

import { PROBLEM_TYPE, problemText } from '../../common/problem.ts';

export interface RefuserOptions {
  /** Refused connections that may linger at once; beyond it the one that came first is closed. */
  maxLingering: number;
  /** 0 to 1. */
  random: () => number;
  /** Longest time that a refused connection may linger, in milliseconds. @default 1000 */
  lingerMs?: number;
  /** What a refused client may still send, in bytes. @default 64 KiB */
  lingerBytes?: number;
}

/** Why a client of an accept queue is refused. */
export type RefusedFor = 'overload' | 'pages-down';

const BODIES: Readonly<Record<RefusedFor, string>> = {
  overload: problemText({
    status: 503,
    detail: 'The service cannot answer now. Try again shortly.',
    code: 'ERR_BUTTRESS_CLUSTER_REFUSED',
  }),
  'pages-down': problemText({
    status: 503,
    detail: 'These pages cannot start. The log of the service says why.',
    code: 'ERR_BUTTRESS_META_START',
  }),
};

/** The whole answer; the wait is jittered so that refused clients don't come back together. */
function answer(reason: RefusedFor, retryAfterSeconds: number): string {
  const body = BODIES[reason];
  return (
    'HTTP/1.1 503 Service Unavailable\r\n' +
    `Retry-After: ${retryAfterSeconds}\r\n` +
    'Connection: close\r\n' +
    `Content-Type: ${PROBLEM_TYPE}\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

/**
 * Refuses connections so that the client sees why: a canned 503, then a lingering close (RFC 9112
 * section 9.6). A bare close while the client still sends makes its kernel discard the answer and
 * report a reset, which proxies take for a reason to try again at once.
 */
export class Refuser {
  readonly #options: Required<RefuserOptions>;
  /** In the order in which they came. */
  readonly #lingering = new Set<Socket>();

  constructor(options: RefuserOptions) {
    this.#options = { lingerMs: 1_000, lingerBytes: 64 * 1024, ...options };
  }

  refuse(socket: Socket, reason: RefusedFor = 'overload'): void {
    if (this.#lingering.size >= this.#options.maxLingering) this.#closeFirst();
    this.#linger(socket);
    socket.end(answer(reason, 1 + Math.floor(this.#options.random() * 3)));
    socket.resume();
  }

  /** It had the most time to read its answer; often it has left, and we have yet to hear of it. */
  #closeFirst(): void {
    const [first] = this.#lingering;
    if (first === undefined) return;
    this.#lingering.delete(first);
    first.destroy();
  }

  #linger(socket: Socket): void {
    this.#lingering.add(socket);
    const timer = setTimeout(() => socket.destroy(), this.#options.lingerMs).unref();
    let discarded = 0;
    socket.on('data', (chunk: Buffer) => {
      discarded += chunk.length;
      if (discarded > this.#options.lingerBytes) socket.destroy();
    });
    socket.once('end', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(timer);
      this.#lingering.delete(socket);
    });
  }
}
