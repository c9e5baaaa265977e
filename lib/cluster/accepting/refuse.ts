import type { Socket } from 'node:net';

import { Lingering, type LingeringOptions } from '../../common/http/lingering.ts';
import { PROBLEM_TYPE, problemText } from '../../common/http/problem.ts';

export interface RefuserOptions {
  /** Maximum lingering connections; beyond it the oldest is closed. */
  maxLingering: number;
  /** 0 to 1. */
  random: () => number;
  /** Limits of one connection, of which there are others while tests run. */
  limits?: LingeringOptions;
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
  readonly #random: () => number;
  readonly #lingering: Lingering;

  constructor({ maxLingering, random, limits }: RefuserOptions) {
    this.#random = random;
    this.#lingering = new Lingering({ ...limits, maxConnections: maxLingering });
  }

  refuse(socket: Socket, reason: RefusedFor = 'overload'): void {
    socket.write(answerOf(reason, this.#random()));
    this.#lingering.end(socket);
  }
}
