import { UpgradeError } from '../cluster.errors.ts';
import type { OperatorState } from '../primary/operator-state.ts';
import type { ListenerAddress, ListenSpec } from '../protocol/control-messages.ts';
import type { ScalingState } from '../scaling/scaling-bounds.ts';
import { type InternetAddress, listeningDescriptors } from './kernel-sockets.ts';

/** Purpose of a listener: workers, the meta process, or the primary's probes. */
export type ListenerRole = 'app' | 'meta' | 'probes';

/** A listener whose sockets another process has opened for this one. */
export interface InheritedListener {
  address: ListenerAddress;
  /** One, or one per family for `localhost`. */
  fds: number[];
  /** What the old primary opened it for; absent when a service manager opened it. */
  purpose?: { role: ListenerRole; key: string };
}

/** Key of a listener. Meta process and probes have one listener each, whatever its address. */
export function keyOfSpec({ port, host, path, ordinal }: ListenSpec, role: ListenerRole): string {
  if (role === 'app') return JSON.stringify([port, host, path, ordinal]);
  // The pages' process asks for its listeners in order, whatever their addresses are.
  return ordinal === 0 ? role : `${role} ${ordinal}`;
}

/** What a new primary inherits. */
export interface Heritage {
  /** Listeners, with their descriptors in this process. */
  listeners: InheritedListener[];
  /** Private directory of this group, in which its ledger is; undefined: it has none. */
  directory: string | undefined;
  operators: OperatorState;
  scaling: ScalingState;
}

/** Sockets that were open when this process started, each taken once by its listener. */
export class InheritedSockets {
  readonly #left: Set<InheritedListener>;

  constructor(listeners: readonly InheritedListener[] = []) {
    this.#left = new Set(listeners);
  }

  /** Addresses not taken yet. */
  get left(): ListenerAddress[] {
    return [...this.#left].map(({ address }) => address);
  }

  /** Takes the open sockets for `spec`; undefined when there are none left. */
  take(spec: ListenSpec, role: ListenerRole): InheritedListener | undefined {
    const key = keyOfSpec(spec, role);
    for (const listener of this.#left) {
      const { purpose, address } = listener;
      const isMeant =
        purpose === undefined ? isAt(address, spec) : purpose.role === role && purpose.key === key;
      if (!isMeant) continue;
      this.#left.delete(listener);
      return listener;
    }
    return undefined;
  }
}

/** An open listener of this process. */
export interface OpenListener {
  readonly role: ListenerRole;
  readonly spec: ListenSpec;
  readonly address: ListenerAddress;
  /** All addresses that it listens on. */
  readonly addresses: readonly ListenerAddress[];
}

/** Describes listeners so that a new primary can take them over. @throws UpgradeError */
export async function inheritables(
  listeners: readonly OpenListener[],
): Promise<InheritedListener[]> {
  if (process.platform !== 'linux') {
    throw new UpgradeError(`listening sockets cannot be identified on ${process.platform}`);
  }
  const all = listeners.flatMap(({ addresses }) => addresses.map(refusePath));
  const found = await listeningDescriptors(all);
  let next = 0;
  return listeners.map(({ role, spec, address, addresses }) => {
    const purpose = { role, key: keyOfSpec(spec, role) };
    // Another listener may use the same port at another address.
    return { address, purpose, fds: addresses.flatMap(() => found[next++] ?? []) };
  });
}

function refusePath(address: ListenerAddress): InternetAddress {
  if (typeof address !== 'string') return address;
  throw new UpgradeError(`a unix socket cannot be passed to a new primary: ${address}`);
}

const LOCAL = new Set(['127.0.0.1', '::1']);
const ANY = new Set(['0.0.0.0', '::']);

function isAt(address: ListenerAddress, { port, host, path }: ListenSpec): boolean {
  if (typeof address === 'string') return address === path;
  if (path !== undefined || address.port !== port) return false;
  if (host === undefined) return ANY.has(address.address);
  return host === address.address || (host === 'localhost' && LOCAL.has(address.address));
}
