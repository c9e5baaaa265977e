import type { Agent, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { type Clock, processClock } from '../../common/clock.ts';
import type { ResolvedAgentOptions } from './http.options.ts';

const MS = 1_000;

/** As Node's default. */
const BUFFER_MS = 1_000;

export interface IdleLimits {
  /** Longest time that a connection is kept unused. */
  idleMs: number;
  /** Time by which it is given up before the server's keep-alive ends. */
  bufferMs: number;
}

/** What Node calls for each request, and when a connection becomes free or is used again. */
interface Hooks {
  addRequest(...args: unknown[]): void;
  /** Releases before Node 24 answer nothing, and keep it. */
  keepSocketAlive(socket: Duplex): boolean | undefined;
  reuseSocket(socket: Duplex, ...args: unknown[]): void;
}

/**
 * Makes an agent give up kept connections before their server does. Node heeds what a server
 * announces only below an agent's `timeout`, and by a timer, which is late after a blocked event
 * loop: the next request would be written into a connection that the server has closed, and fail
 * with ECONNRESET.
 */
export function limitIdle<A extends Agent>(agent: A, options: ResolvedAgentOptions): A {
  const { idleMs, agentKeepAliveTimeoutBuffer: bufferMs = BUFFER_MS, timeout = 0 } = options;
  const idle = new IdleSockets({ idleMs, bufferMs }, processClock);
  const own = agent as unknown as Hooks;
  const addRequest = own.addRequest.bind(agent);
  const keepSocketAlive = own.keepSocketAlive.bind(agent);
  const reuseSocket = own.reuseSocket.bind(agent);
  const hooks: Hooks = {
    addRequest(...args) {
      for (const free of Object.values(agent.freeSockets)) idle.dropStale(free ?? []);
      addRequest(...args);
    },
    keepSocketAlive: (socket) => {
      return keepSocketAlive(socket) !== false && idle.keep(socket);
    },
    reuseSocket(socket, ...args) {
      (socket as Socket).setTimeout(timeout);
      reuseSocket(socket, ...args);
    },
  };
  return Object.assign(agent, hooks);
}

/** Times at which kept connections are given up. */
export class IdleSockets {
  readonly #limits: IdleLimits;
  readonly #clock: Clock;
  readonly #until = new WeakMap<Duplex, number>();

  constructor(limits: IdleLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Limits the time of a connection that has become free. @returns whether it may be kept */
  keep(socket: Duplex): boolean {
    const idleMs = this.#idleMsOf(socket);
    if (idleMs <= 0) return false;
    this.#until.set(socket, this.#clock.now() + idleMs);
    // Agents destroy a free connection at its `timeout`.
    (socket as Socket).setTimeout(idleMs);
    return true;
  }

  /** Destroys free connections whose time is over, although their timers have not run yet. */
  dropStale(free: Iterable<Duplex>): void {
    const now = this.#clock.now();
    for (const socket of free) {
      if ((this.#until.get(socket) ?? Infinity) <= now) socket.destroy();
    }
  }

  #idleMsOf(socket: Duplex): number {
    const { idleMs, bufferMs } = this.#limits;
    const announced = announcedMs(socket);
    return announced === undefined ? idleMs : Math.min(idleMs, announced - bufferMs);
  }
}

/** Keep-alive that the server announced with its latest answer: where Node's agent finds it, too. */
function announcedMs(socket: Duplex): number | undefined {
  const { _httpMessage: request } = socket as { _httpMessage?: { res?: IncomingMessage } | null };
  const header = request?.res?.headers['keep-alive'];
  const seconds = /(?:^|[,;\s])timeout=(\d+)/i.exec(String(header ?? ''))?.[1];
  return seconds === undefined ? undefined : Number(seconds) * MS;
}
