import type { Socket } from 'node:net';

import { PROBLEM_TYPE, problemText } from '../../common/problem.ts';

export interface RefuserOptions {
  /** Maximum lingering connections; beyond it the oldest is closed. */
  maxLingering: number;
  /** 0 to 1. */
  random: () => number;
  /** Longest lingering of a refused connection. @default 1000 */
  lingerMs?: number;
  /** Maximum data that a refused client may still send. @default 64 KiB */
  lingerBytes?: number;
}

/** Why a connection is refused. */
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

/** Values of `Retry-After`, in seconds: refused clients should not return together. */
const RETRY_AFTER = [1, 2, 3] as const;

const ANSWERS: Readonly<Record<RefusedFor, readonly Buffer[]>> = {
  overload: RETRY_AFTER.map((seconds) => write(BODIES.overload, seconds)),
  'pages-down': RETRY_AFTER.map((seconds) => write(BODIES['pages-down'], seconds)),
};

function write(body: string, retryAfterSeconds: number): Buffer {
  return Buffer.from(
    'HTTP/1.1 503 Service Unavailable\r\n' +
      `Retry-After: ${retryAfterSeconds}\r\n` +
      'Connection: close\r\n' +
      `Content-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
}

/** Returns a full response. @param random 0 to 1, chooses its `Retry-After` */
export function answerOf(reason: RefusedFor, random: number): Buffer {
  const answers = ANSWERS[reason];
  return answers[Math.floor(random * answers.length)] ?? write(BODIES[reason], 1);
}

/**
 * Refuses connections with a canned 503, then a lingering close (RFC 9112 section 9.6). A bare
 * close while the client still sends makes its kernel discard the response and report a reset,
 * which proxies may retry at once.
 */
export class Refuser {
  readonly #options: Required<RefuserOptions>;
  /** In order of refusal. */
  readonly #lingering = new Set<Socket>();

  constructor(options: RefuserOptions) {
    this.#options = { lingerMs: 1_000, lingerBytes: 64 * 1024, ...options };
  }

  refuse(socket: Socket, reason: RefusedFor = 'overload'): void {
    if (this.#lingering.size >= this.#options.maxLingering) this.#closeFirst();
    this.#linger(socket);
    socket.end(answerOf(reason, this.#options.random()));
    socket.resume();
  }

  /** Closes the oldest: it had most time to read its response, and has often already left. */
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
