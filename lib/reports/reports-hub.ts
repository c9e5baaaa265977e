import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';

import { ChannelRemoteError } from '../channel/channel.errors.ts';
import { Peer } from '../channel/peer.ts';
import type { ReportsIdentity } from './reports-link.ts';

/** Answers of the processes that answered in time. */
export interface Gathered {
  answers: { identity: ReportsIdentity; value: unknown }[];
  /** Ids of the workers that did not answer in time, or answered with an error. */
  missing: number[];
  /** What those wrote who answered with an error. */
  errors: string[];
}

export interface GatherOptions {
  /** For each answer, in milliseconds. */
  timeoutMs: number;
  /** Ids of workers that are not asked, because they are known not to answer. */
  except: readonly number[];
}

/** Time for a newcomer to say who it is, in milliseconds. */
const IDENTITY_TIMEOUT_MS = 5_000;

/** Where every process of the group answers questions about itself. */
export class ReportsHub {
  readonly #peers = new Map<Peer, ReportsIdentity>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => void this.#welcome(socket));

  /** Listens on a unix socket; its directory decides who may connect. */
  listen(path: string): Promise<void> {
    // A hub that was killed leaves its socket behind.
    rmSync(path, { force: true });
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** Asks the primary for one of its reports. Undefined while it is not connected. */
  async primary(name: string, options: { timeoutMs: number }): Promise<unknown> {
    for (const [peer, identity] of this.#peers) {
      if (identity.role === 'primary') return peer.request('read', name, options);
    }
    return undefined;
  }

  /** Asks all workers but the excepted for one of their reports, each within the time allowed. */
  workers(name: string, options: GatherOptions): Promise<Gathered> {
    return this.#gather((peer) => peer.request('read', name, options), options);
  }

  /** Runs an operation in all workers but the excepted, each within the time allowed. */
  run(name: string, input: unknown, options: GatherOptions): Promise<Gathered> {
    return this.#gather((peer) => peer.request('run', { name, input }, options), options);
  }

  async #gather(
    request: (peer: Peer) => Promise<unknown>,
    { except }: GatherOptions,
  ): Promise<Gathered> {
    const gathered: Gathered = { answers: [], missing: [...except], errors: [] };
    const ask = async (peer: Peer, identity: ReportsIdentity): Promise<void> => {
      try {
        gathered.answers.push({ identity, value: await request(peer) });
      } catch (error) {
        gathered.missing.push(identity.id);
        if (error instanceof ChannelRemoteError) gathered.errors.push(error.message);
      }
    };
    const asked = [...this.#peers].filter(
      ([, { role, id }]) => role === 'worker' && !except.includes(id),
    );
    await Promise.all(asked.map(([peer, identity]) => ask(peer, identity)));
    return gathered;
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #welcome(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    const peer = new Peer(socket, refuse);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#peers.delete(peer);
    });
    const identity = await identify(peer);
    if (identity === undefined) return peer.destroy();
    this.#peers.set(peer, identity);
  }
}

async function identify(peer: Peer): Promise<ReportsIdentity | undefined> {
  try {
    const value = await peer.request('identity', undefined, { timeoutMs: IDENTITY_TIMEOUT_MS });
    return isIdentity(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isIdentity(value: unknown): value is ReportsIdentity {
  const { role, id } = (value ?? {}) as Partial<ReportsIdentity>;
  return (role === 'primary' || role === 'worker') && typeof id === 'number';
}

function refuse(): never {
  throw new Error('The hub asks; it does not answer');
}
