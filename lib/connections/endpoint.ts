import { isIP } from 'node:net';

/** One place to connect to: what a configured address stands for once it is resolved. */
export interface Endpoint {
  /** Tells endpoints apart, over all services: `10.0.0.1:80`, `[::1]:80`, `/run/x.sock`. */
  readonly key: string;
  /** As for `net.connect`. */
  readonly target:
    | { readonly host: string; readonly port: number; readonly family: 4 | 6 }
    | { readonly path: string };
  /** The name that TLS asks for; undefined where only an IP address is known. */
  readonly serverName: string | undefined;
  /** Share of the choice among endpoints of the same priority. */
  readonly weight: number;
  /** Lower ones are tried first: of SRV records. */
  readonly priority: number;
}

/** An endpoint at an IP address. */
export function tcpEndpoint(
  { address, family, name }: { address: string; family: 4 | 6; name: string },
  { port, weight, priority }: { port: number; weight: number; priority: number },
): Endpoint {
  const key = family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
  const serverName = isIP(name) === 0 ? name : undefined;
  return { key, target: { host: address, port, family }, serverName, weight, priority };
}

/** An endpoint at a unix socket. */
export function unixEndpoint(path: string, weight: number): Endpoint {
  return { key: path, target: { path }, serverName: undefined, weight, priority: 0 };
}
