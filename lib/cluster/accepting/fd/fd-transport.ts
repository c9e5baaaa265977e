import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

import { removeStaleSocket } from '../../../common/stale-socket.ts';
import type { Libc } from '../../../posix/libc.ts';
import { ListeningSocket, type ListenTarget } from '../../../posix/listening-socket.ts';
import type { ListenSpec } from '../../protocol/control-messages.ts';
import type {
  ListenEvents,
  OpenedListener,
  Transport,
  WorkerLink,
} from '../../protocol/transport.ts';
import { BACKLOG, hostsOf } from '../open-listener.ts';
import { AcceptThread } from './accept-thread.ts';
import { BoardPool } from './board-pool.ts';
import { DescriptorLink } from './descriptor-link.ts';
import { HeldDescriptor } from './held-descriptor.ts';

/** Candidates for a server that names no host: `::` serves both families, where IPv6 exists. */
const ANY = ['::', '0.0.0.0'] as const;

export interface FdTransportOptions {
  /** Accepted connections that may wait for the first bytes of their clients. */
  maxSilent: number;
  /** Called when nothing is accepted any more. */
  onEnd: (error: Error) => void;
}

/**
 * Connections as plain descriptors: accepted by a thread in the primary, sent over one socket per
 * worker (`SCM_RIGHTS`), claimed in shared memory. Needs Linux and the optional package koffi.
 */
export class FdTransport implements Transport {
  readonly kind = 'fd';
  readonly #libc: Libc;
  readonly #boards: BoardPool;
  readonly #thread: AcceptThread;
  readonly #events = new Map<number, ListenEvents>();
  /** Closed listeners whose last connections may still be on their way from the thread. */
  readonly #closing = new Set<number>();
  #ids = 0;

  constructor(libc: Libc, { maxSilent, onEnd }: FdTransportOptions) {
    this.#libc = libc;
    this.#boards = new BoardPool(libc);
    this.#thread = new AcceptThread(libc, maxSilent, {
      onConnection: (id, fd) => this.#onConnection(id, fd),
      onBatch: () => this.#onBatch(),
      onError: (id, error) => this.#events.get(id)?.onError(error),
      onEnd,
    });
  }

  get inTransit(): number {
    return this.#thread.inTransit;
  }

  async open(spec: ListenSpec, events: ListenEvents): Promise<OpenedListener> {
    return this.#acceptOn(await openAll(this.#libc, spec), spec, events);
  }

  adopt(fds: readonly number[], spec: ListenSpec, events: ListenEvents): OpenedListener {
    const sockets = fds.map((fd) => ListeningSocket.adopt(this.#libc, fd));
    return this.#acceptOn(sockets, spec, events);
  }

  #acceptOn(
    sockets: readonly ListeningSocket[],
    { clientFirst }: ListenSpec,
    events: ListenEvents,
  ): OpenedListener {
    const id = ++this.#ids;
    try {
      this.#thread.add(sockets.map(({ fd }) => ({ fd, listener: id, clientFirst })));
    } catch (error) {
      for (const socket of sockets) if (socket.release()) this.#libc.close(socket.fd);
      throw error;
    }
    this.#events.set(id, events);
    return {
      address: sockets[0]?.address ?? '',
      addresses: sockets.map(({ address }) => address),
      close: () => {
        for (const socket of sockets) if (socket.release()) this.#thread.close(socket.fd);
        this.#closing.add(id);
      },
    };
  }

  link<T>(onSignal: () => void): WorkerLink<T> {
    return new DescriptorLink<T>({ libc: this.#libc, boards: this.#boards, onSignal });
  }

  close(): void {
    this.#thread.end();
    this.#boards.close();
  }

  #onConnection(id: number, fd: number): void {
    const held = new HeldDescriptor(this.#libc, fd);
    const events = this.#events.get(id);
    if (events === undefined) held.release();
    else events.onConnection(held);
  }

  #onBatch(): void {
    for (const events of this.#events.values()) events.onBatch();
    if (this.#closing.size === 0 || this.#thread.inTransit > 0) return;
    for (const id of this.#closing) this.#events.delete(id);
    this.#closing.clear();
  }
}

/** Opens a socket per target. The first must succeed; the second family of `localhost` may fail. */
async function openAll(libc: Libc, spec: ListenSpec): Promise<ListeningSocket[]> {
  const backlog = spec.backlog ?? BACKLOG;
  if (spec.path !== undefined) {
    const { path, readableAll = false, writableAll = false } = spec;
    await removeStaleSocket(path);
    return [ListeningSocket.open(libc, { path, readableAll, writableAll }, backlog)];
  }
  const [first, ...others] = await targetsOf(spec);
  const main = openFirst(libc, first ?? [], backlog);
  const port = typeof main.address === 'string' ? 0 : main.address.port;
  const more = others.flatMap((candidates) => {
    try {
      return [
        openFirst(
          libc,
          candidates.map((one) => ({ ...one, port })),
          backlog,
        ),
      ];
    } catch {
      return [];
    }
  });
  return [main, ...more];
}

type InternetTarget = Extract<ListenTarget, { address: string }>;

/** Opens the first of `candidates` that the machine supports. @throws the error of the last one */
function openFirst(
  libc: Libc,
  candidates: readonly InternetTarget[],
  backlog: number,
): ListeningSocket {
  const [candidate, ...others] = candidates;
  if (candidate === undefined) throw new Error('no address to listen on');
  try {
    return ListeningSocket.open(libc, candidate, backlog);
  } catch (error) {
    if (others.length === 0 || !isWithoutFamily(error)) throw error;
    return openFirst(libc, others, backlog);
  }
}

/** Whether the error means that the machine has no IPv6. */
function isWithoutFamily(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EAFNOSUPPORT' || code === 'EINVAL' || code === 'EADDRNOTAVAIL';
}

/** Candidates per socket: each socket listens on the first of its addresses that exists. */
async function targetsOf(spec: ListenSpec): Promise<InternetTarget[][]> {
  const { port = 0, ipv6Only = false } = spec;
  const hosts = await hostsOf(spec);
  const addresses = await Promise.all(hosts.map(({ host }) => addressesOf(host)));
  return addresses.map((all) => all.map((address) => ({ address, port, ipv6Only })));
}

/** Resolves a name to the first of its addresses, like `net.Server.listen`. */
async function addressesOf(host: string | undefined): Promise<readonly string[]> {
  if (host === undefined) return ANY;
  if (isIP(host) !== 0) return [host];
  const { address } = await lookup(host);
  return [address];
}
