import { connect } from 'node:net';

import { Peer } from '../channel/peer.ts';
import type { Reports } from './reports.ts';

/** Identity that a process sends to the hub. */
export interface ReportsIdentity {
  role: 'primary' | 'worker';
  id: number;
}

export interface ReportsLinkOptions {
  /** Path of the hub's unix socket. */
  path: string;
  identity: ReportsIdentity;
  reports: Reports;
  /** Delay before reconnecting. @default 500 */
  retryMs?: number;
}

/**
 * Keeps a process connected to the hub and answers its requests from `reports`. Reconnects
 * until closed; never keeps the process alive.
 */
export class ReportsLink {
  readonly #options: ReportsLinkOptions;
  #peer: Peer | undefined;
  #retry: NodeJS.Timeout | undefined;
  readonly #stopTelling: () => void;
  #isClosed = false;

  constructor(options: ReportsLinkOptions) {
    this.#options = options;
    this.#stopTelling = options.reports.onNews((name, value) => this.#peer?.tell(name, value));
    this.#connect();
  }

  close(): void {
    this.#leave();
    this.#peer?.destroy();
  }

  /** Closes once the last news are sent, or after `withinMs`. */
  async finish(withinMs: number): Promise<void> {
    this.#leave();
    const { stream, closed } = this.#peer ?? {};
    if (stream === undefined || stream.destroyed) return;
    stream.end();
    const timer = setTimeout(() => stream.destroy(), withinMs);
    await closed;
    clearTimeout(timer);
  }

  #leave(): void {
    this.#isClosed = true;
    this.#stopTelling();
    clearTimeout(this.#retry);
  }

  #connect(): void {
    const socket = connect(this.#options.path);
    socket.unref();
    this.#peer = new Peer(socket, (name, body) => this.#answer(name, body));
    void this.#peer.closed.then(() => this.#connectLater());
  }

  #connectLater(): void {
    if (this.#isClosed) return;
    this.#retry = setTimeout(() => this.#connect(), this.#options.retryMs ?? 500).unref();
  }

  /** Undefined if this process has no such report; the hub counts it as `without`. */
  #read(name: string): unknown {
    const { reports } = this.#options;
    return reports.has(name) ? reports.read(name) : undefined;
  }

  #answer(name: string, body: unknown): unknown {
    if (name === 'identity') return this.#options.identity;
    if (name === 'read' && typeof body === 'string') return this.#read(body);
    if (name === 'operations') return this.#options.reports.operations;
    if (name === 'run' && isRun(body)) return this.#options.reports.run(body.name, body.input);
    throw new Error(`Unknown request "${name}"`);
  }
}

function isRun(body: unknown): body is { name: string; input: unknown } {
  return typeof (body as { name?: unknown } | null)?.name === 'string';
}
