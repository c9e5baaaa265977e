import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { ChannelRemoteError } from '../channel/channel.errors.ts';
import { Peer } from '../channel/peer.ts';
import type { ReportsIdentity } from './reports-link.ts';
import type {
  AskOptions,
  Gathered,
  GroupNewsListener,
  GatherOptions,
  ReportsSource,
} from './reports-source.ts';

/** Timeout for a new connection to identify itself. */
const IDENTITY_TIMEOUT_MS = 5_000;

/** Retry time and interval of the first listen. */
const FIRST_WITHIN_MS = 5_000;
const TRY_EVERY_MS = 100;

/** Interval of the check that the socket file still exists. */
const KEEP_EVERY_MS = 500;

/** Wait for workers that are READY and not connected yet: links try every 500 ms. */
const CONNECTED_WITHIN_MS = 700;

/** Interval of looks whether they are. */
const LOOK_EVERY_MS = 20;

/** Connects to every process of the group and requests its reports. */
export class ReportsHub implements ReportsSource {
  readonly #peers = new Map<Peer, ReportsIdentity>();
  readonly #sockets = new Set<Socket>();
  readonly #listeners: GroupNewsListener[] = [];
  #server: Server | undefined;
  #keeper: NodeJS.Timeout | undefined;

  /**
   * Listens on a unix socket; the permissions of its directory control access. Listens again if
   * the socket file disappears: many machines clean their temporary directory.
   *
   * @throws the system's error if it can't listen within 5 s
   */
  async listen(path: string): Promise<void> {
    // A killed hub leaves its socket behind.
    rmSync(path, { force: true });
    await this.#listenWithin(path, FIRST_WITHIN_MS);
    this.#keeper = setInterval(() => {
      if (!existsSync(path)) void this.#listen(path).catch(() => undefined);
    }, KEEP_EVERY_MS).unref();
  }

  /** Retries: the primary recreates the directory if it is gone. */
  async #listenWithin(path: string, withinMs: number): Promise<void> {
    const endsAt = performance.now() + withinMs;
    for (;;) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one try after another
        return await this.#listen(path);
      } catch (error) {
        if (performance.now() > endsAt) throw error;
        // oxlint-disable-next-line no-await-in-loop -- one try after another
        await wait(TRY_EVERY_MS);
      }
    }
  }

  async #listen(path: string): Promise<void> {
    this.#server?.close();
    this.#server = createServer((socket) => void this.#welcome(socket));
    this.#server.listen(path);
    await once(this.#server, 'listening');
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
    { expected, except, only }: GatherOptions,
  ): Promise<Gathered> {
    await this.#allConnected(expected);
    const gathered: Gathered = { answers: [], without: [], missing: [...except], errors: [] };
    const ask = async (peer: Peer, identity: ReportsIdentity): Promise<void> => {
      try {
        const value = await request(peer);
        if (value === undefined) gathered.without.push(identity.id);
        else gathered.answers.push({ identity, value });
      } catch (error) {
        gathered.missing.push(identity.id);
        if (!(error instanceof ChannelRemoteError)) return;
        gathered.errors.push({ worker: identity.id, message: error.message });
      }
    };
    const asked = [...this.#peers].filter(([, { role, id }]) => {
      return role === 'worker' && !except.includes(id) && (only === undefined || only === id);
    });
    await Promise.all(asked.map(([peer, identity]) => ask(peer, identity)));
    gathered.answers.sort((a, b) => a.identity.id - b.identity.id);
    return gathered;
  }

  /** Waits until these workers are connected, at most for a while. */
  async #allConnected(ids: readonly number[]): Promise<void> {
    const endsAt = performance.now() + CONNECTED_WITHIN_MS;
    const isComplete = (): boolean => {
      const connected = this.#workers;
      return ids.every((id) => connected.has(id));
    };
    while (!isComplete() && performance.now() < endsAt) {
      // oxlint-disable-next-line no-await-in-loop -- one look after another
      await wait(LOOK_EVERY_MS);
    }
  }

  get #workers(): Set<number> {
    const workers = [...this.#peers.values()].filter(({ role }) => role === 'worker');
    return new Set(workers.map(({ id }) => id));
  }

  onNews(listener: GroupNewsListener): void {
    this.#listeners.push(listener);
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    clearInterval(this.#keeper);
    return new Promise((resolve) => {
      if (this.#server === undefined) resolve();
      else this.#server.close(() => resolve());
    });
  }

  async #welcome(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    const peer = new Peer(socket, refuse, {
      onNews: (name, value) => this.#tell(peer, name, value),
    });
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#peers.delete(peer);
    });
    const identity = await identify(peer);
    if (identity === undefined) return peer.destroy();
    this.#peers.set(peer, identity);
  }

  /** Ignores news of a process that has not said who it is. */
  #tell(peer: Peer, name: string, value: unknown): void {
    const identity = this.#peers.get(peer);
    if (identity === undefined) return;
    for (const listener of this.#listeners) listener(identity, name, value);
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
