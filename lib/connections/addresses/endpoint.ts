import { isIP } from 'node:net';

/** A target to connect to: what an address resolves to. */
export interface Endpoint {
  /** Identifies it across services: `10.0.0.1:80`, `[::1]:80`, `/run/x.sock`. */
  readonly key: string;
  /** Options for `net.connect`. */
  readonly target:
    | { readonly host: string; readonly port: number; readonly family: 4 | 6 }
    | { readonly path: string };
  /** TLS server name (SNI); undefined where only an IP address or path is known. */
  readonly serverName: string | undefined;
  /** Relative share of the choices among endpoints of the same priority. */
  readonly weight: number;
  /** SRV priority; lower ones are tried first. */
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
