import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

import type { Libc } from '../../../posix/libc.ts';
import { ListeningSocket, type ListenTarget } from '../../../posix/listening-socket.ts';
import type { ListenSpec } from '../../protocol/control-messages.ts';
import { hostsOf } from '../open-listener.ts';

/** Candidates for a server that names no host: `::` serves both families, where IPv6 exists. */
const ANY = ['::', '0.0.0.0'] as const;

/**
 * Opens a socket per TCP address of `spec`. The first must succeed; the second family of `localhost`
 * may fail.
 *
 * @throws the system's error when the address can't be opened
 */
export async function openSockets(
  libc: Libc,
  spec: ListenSpec,
  backlog: number,
): Promise<ListeningSocket[]> {
  const [first, ...others] = await targetsOf(spec);
  const main = openFirst(libc, first ?? [], backlog);
  const { port } = main.address;
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

/** Opens the first of `candidates` that the machine supports. @throws the error of the last one */
function openFirst(
  libc: Libc,
  candidates: readonly ListenTarget[],
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
async function targetsOf(spec: ListenSpec): Promise<ListenTarget[][]> {
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
