import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';

import { ChannelRemoteError } from '../channel/channel.errors.ts';
import { Peer } from '../channel/peer.ts';
import type { ReportsIdentity } from './reports-link.ts';
import type { AskOptions, Gathered, GatherOptions, ReportsSource } from './reports-source.ts';

/** Time for a newcomer to say who it is, in milliseconds. */
const IDENTITY_TIMEOUT_MS = 5_000;

/** Where every process of the group answers questions about itself. */
export class ReportsHub implements ReportsSource {
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

  primary(name: string, options: AskOptions): Promise<unknown> {
    return this.#askPrimary((peer) => peer.request('read', name, options));
  }

  runPrimary(name: string, input: unknown, options: AskOptions): Promise<unknown> {
    return this.#askPrimary((peer) => peer.request('run', { name, input }, options));
  }

  primaryOperations(options: AskOptions): Promise<unknown> {
    return this.#askPrimary((peer) => peer.request('operations', undefined, options));
  }

  workers(name: string, options: GatherOptions): Promise<Gathered> {
    return this.#gather((peer) => peer.request('read', name, options), options);
  }

  operations(options: GatherOptions): Promise<Gathered> {
    return this.#gather((peer) => peer.request('operations', undefined, options), options);
  }

  run(name: string, input: unknown, options: GatherOptions): Promise<Gathered> {
    return this.#gather((peer) => peer.request('run', { name, input }, options), options);
  }

  async #askPrimary(request: (peer: Peer) => Promise<unknown>): Promise<unknown> {
    for (const [peer, { role }] of this.#peers) if (role === 'primary') return request(peer);
    return undefined;
  }

  async #gather(
    request: (peer: Peer) => Promise<unknown>,
    { except, only }: GatherOptions,
  ): Promise<Gathered> {
    const gathered: Gathered = { answers: [], without: [], missing: [...except], errors: [] };
    const ask = async (peer: Peer, identity: ReportsIdentity): Promise<void> => {
      try {
        const value = await request(peer);
        if (value === undefined) gathered.without.push(identity.id);
        else gathered.answers.push({ identity, value });
      } catch (error) {
        gathered.missing.push(identity.id);
        if (error instanceof ChannelRemoteError) gathered.errors.push(error.message);
      }
    };
    const asked = [...this.#peers].filter(([, { role, id }]) => {
      return role === 'worker' && !except.includes(id) && (only === undefined || only === id);
    });
    await Promise.all(asked.map(([peer, identity]) => ask(peer, identity)));
    gathered.answers.sort((a, b) => a.identity.id - b.identity.id);
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
